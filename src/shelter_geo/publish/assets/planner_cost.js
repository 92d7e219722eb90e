"use strict";
// Constant for a release. What a plan costs: the prices that the reader gives, as the library adds them up.
const Costs = (() => {
  const { data, put, announce } = Page;
  const { tell, number } = Words;
  const { sites } = data;
  const KEYS = { shelter: "per_shelter", place: "per_place" };
  const given = (price) => price !== null;

  // A shelter's own cost comes first, then its town's, then the plan's prices; what a shelter that
  // is resized costs is only what the plan's file says.
  function ofTown(plan, key, places) {
    const town = plan.kept?.candidate.find((table) => table.get("settlement_id") === key);
    if (!town?.has("cost") && !town?.has("cost_per_place")) return ofPlan(plan, places);
    return (town.get("cost")?.size ?? 0) + (town.get("cost_per_place")?.size ?? 0) * places;
  }
  function ofPlan({ prices: { shelter, place } }, places) {
    return given(shelter) || given(place) ? (shelter ?? 0) + (place ?? 0) * places : null;
  }
  function parts(plan) {
    const costs = [];
    sites.id.forEach((_, at) => {
      if (!plan.open[at]) return;
      const own = plan.kept?.cost.get(at)?.size, from = plan.moved.get(at) ?? at;
      const stands = sites.shelter[at] || (plan.moved.has(at) && !plan.open[from]);
      if (!stands) costs.push(own ?? ofTown(plan, sites.settlement[at], plan.places[at]));
      else if (own !== undefined || plan.places[at] !== sites.places[from]) costs.push(own ?? null);
    });
    for (const table of plan.kept?.open ?? []) {
      costs.push(table.get("cost")?.size ?? ofTown(plan, table.get("settlement_id"), table.get("places").size));
    }
    for (const table of plan.kept?.resize ?? []) costs.push(table.get("cost")?.size ?? null);
    return costs;
  }

  // The sum of what is given, and of how many shelters nothing is; null where nothing is to pay.
  function of(plan) {
    const costs = parts(plan), known = costs.filter(given);
    if (!costs.length) return null;
    return { sum: known.length ? known.reduce((all, one) => all + one, 0) : null, without: costs.length - known.length };
  }

  // A price is written with or without cents, by either mark.
  function read(written) {
    const text = written.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
    if (!text) return null;
    return /^\d{1,12}(\.\d{1,2})?$/.test(text) ? Number(text) : NaN;
  }

  // The two fields of a plan; what is no price is refused in a sentence and changes nothing.
  function fields(box, plan, changed) {
    const said = box.querySelector(".refused"), inputs = Page.all("[data-price]", box);
    const shown = (input) => plan().prices[input.dataset.price];
    const refuse = (input, wrong) => {
      input.setAttribute("aria-invalid", String(wrong));
      put(said, wrong ? tell("bad_price") : "");
    };
    for (const input of inputs) {
      input.addEventListener("input", () => {
        const price = read(input.value), wrong = Number.isNaN(price);
        refuse(input, wrong);
        if (wrong) return announce(said.textContent);
        plan().prices[input.dataset.price] = price;
        return changed(`price ${input.dataset.price}`);
      });
      input.addEventListener("blur", () => { refuse(input, false); draw(); });
    }
    function draw() {
      for (const input of inputs) {
        const price = shown(input);
        if (document.activeElement !== input) input.value = given(price) ? String(price) : "";
      }
    }
    return draw;
  }

  const none = () => ({ shelter: null, place: null });
  const priced = ({ prices }) => Object.values(prices).some(given);

  // Prices as the keys of a file, and back.
  const fromTable = (table) => Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [name, table.get(key)?.size ?? null]));
  const toTable = ({ prices }) => Object.entries(KEYS).filter(([name]) => given(prices[name])).map(([name, key]) => [key, prices[name]]);

  const words = (cost) => cost === null ? ["–", ""]
    : [cost.sum === null ? tell("no_cost") : number(cost.sum), cost.without && cost.sum !== null ? tell("without_price", { n: number(cost.without) }) : ""];

  return { of, fields, none, priced, fromTable, toTable, keys: Object.values(KEYS), words };
})();
