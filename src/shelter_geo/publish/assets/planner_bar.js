"use strict";
// Constant for a release. Figures of today and of both plans, beside each other and always in view.
const Bar = (() => {
  const { data, all, put } = Page;
  const { tell, number, signed, known, marked, people, between, about, km, district } = Words;

  // No difference is taken from what stands for other people, or from nobody.
  const shared = (result, size) => (result.comparable ? size : NaN);

  // A place is read in several ways; one number where both ends are shown alike.
  const span = (low, high) => (number(low) === number(high) ? number(low) : tell("span", { low: number(low), high: number(high) }));

  const byReading = (text) => marked(text, data.assumed_readings);

  // Each figure: what it says, and its size for the difference, rounded as it is shown.
  const FIGURES = {
    mean: (r) => ({ text: km(r.mean), size: shared(r, r.mean), unit: "km" }),
    median: (r) => ({ text: km(r.median), size: shared(r, r.median), unit: "km" }),
    farthest: (r) => ({ text: km(r.max), detail: r.farthest < 0 ? "" : district(r.farthest), size: shared(r, r.max), unit: "km" }),
    unreached: (r) => ({
      text: people(r.unreached), size: known(r.unreached),
      detail: r.anew ? tell("reached_anew", { people: people(r.anew), km: km(r.anewMean) }) : "",
    }),
    places: (r) => ({
      text: tell("out_of", { there: byReading(span(r.least, r.there)), needed: number(r.needed) }),
      detail: r.lacking > 0 ? tell("missing_places", { n: byReading(span(r.missing, r.lacking)) }) : tell("enough_places"),
      size: r.there, more: true,
    }),
    own: (r) => ({ text: people(r.own), size: known(r.own), more: true }),
    cost: (r) => {
      const [text, detail] = Costs.words(Costs.of(r.plan));
      return { text, detail, size: NaN };
    },
  };
  data.limits.forEach((_, rank) => {
    FIGURES[`beyond_${rank}`] = (r) => {
      const [low, high] = r.ranges[rank];
      return { text: between(low, high), size: shared(r, known(r.beyond[rank])), range: known(low) !== known(high) };
    };
  });

  // A difference is always the plan less today.
  function change(mine, now) {
    const rounded = (figure) => Number(Math.round(figure.size));
    const range = mine.range || now.range, exact = rounded(mine) - rounded(now);
    const less = range ? about(exact) : exact;
    if (!less || Number.isNaN(less)) return ["", ""];
    const plain = signed(number(less), less);
    const text = mine.unit ? tell(mine.unit, { n: plain }) : range ? tell("about", { n: plain }) : plain;
    return [text, (less < 0) === !mine.more ? "better" : "worse"];
  }

  const boxes = all("[data-figure]").filter((box) => box.dataset.figure in FIGURES);
  for (const box of boxes) for (const part of all("dd > .value, dd > .detail", box)) part.removeAttribute("data-t");
  const labels = all("[data-figure=unreached] dt");
  for (const label of labels) label.removeAttribute("data-t");

  // Districts that stand in no figure of a plan are counted beside the figures.
  const lacking = document.querySelector(".bar .lacking");
  const leftOut = (r, plan) => r.hidden ? tell("plan_lacks", {
    plan: tell(plan), n: number(r.unsure.reduce((n, one, row) => n + (one && r.weight[row] > 0), 0)), people: people(r.hidden),
  }) : "";

  function draw(now, a, b) {
    const results = { today: now, a, b };
    put(lacking, [leftOut(a, "plan_a"), leftOut(b, "plan_b")].filter(Boolean).join(" "));
    for (const label of labels) put(label, tell(Model.counted.group === "all" ? "unreached" : "unreached_group"));
    for (const box of boxes) {
      const figure = FIGURES[box.dataset.figure], base = figure(now);
      for (const cell of all("[data-who]", box)) {
        const mine = figure(results[cell.dataset.who]);
        const [text, kind] = cell.dataset.who === "today" ? ["", ""] : change(mine, base);
        put(cell.querySelector(".value"), mine.text);
        put(cell.querySelector(".detail"), mine.detail ?? "");
        const note = cell.querySelector(".change");
        const alone = text && !box.closest(".bar");
        put(note, alone ? tell("against_today", { change: text, today: base.text }) : text);
        note.className = `change ${kind}`;
      }
    }
  }

  return { draw, span, byReading };
})();
