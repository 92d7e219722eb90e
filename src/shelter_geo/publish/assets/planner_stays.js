"use strict";
// Constant for a release. Stays under a limit, and waits, as the library counts them.
const Stays = (() => {
  const { data, all, put } = Page;
  const { stays: asked, sites } = data;
  const box = document.querySelector(".stays");
  if (!asked) return { draw: () => {} };
  const { number, tell, marked } = Words;
  const DAYS = 365, HAIR = 1e-9, ENDS = [0, 1, 2], MIDDLE = 1;
  const sum = (values) => values.reduce((all, each) => all + each, 0);
  const weights = data.districts[asked.weight] ?? asked.weight, everyone = sum(weights);

  // Erlang's loss formula.
  function lossOf(places, load) {
    let lost = 1;
    for (let place = 1; place <= places && lost > 0; place++) lost = load * lost / (place + load * lost);
    return lost;
  }
  function placesFor(load) {
    let places = 0;
    for (let lost = load > 0 ? 1 : 0; lost > asked.target;) lost = load * lost / (++places + load * lost);
    return places;
  }
  const rounded = (places, persons) => Math.ceil(places * persons - HAIR);

  // Share of the stays at each open house, and at those that roads join.
  function turned(plan) {
    const open = sites.id.map((_, site) => site).filter((site) => plan.open[site]);
    const share = new Map(open.map((site) => [site, 0])), pool = new Map(open.map((site) => [site, site]));
    const top = (site) => (pool.get(site) === site ? site : top(pool.get(site)));
    const met = [];
    weights.forEach((weight, row) => {
      const way = open.filter((site) => Model.leads(row, site));
      met.push(way[0] ?? null);
      if (!way.length) return;
      for (const site of way) pool.set(top(site), top(way[0]));
      const best = way.reduce((found, site) => (Model.nearer(row, site, found) ? site : found));
      const tied = way.filter((site) => !Model.nearer(row, best, site)), seats = sum(tied.map((site) => plan.places[site]));
      for (const site of tied) share.set(site, share.get(site) + weight / everyone * (seats ? plan.places[site] / seats : 1 / tied.length));
    });
    const pools = new Map(open.map((site) => [top(site), { places: 0, share: 0 }]));
    let without = 0;
    for (const site of open) pools.get(top(site)).places += plan.places[site];
    met.forEach((site, row) => {
      if (site === null) without += weights[row] / everyone;
      else pools.get(top(site)).share += weights[row] / everyone;
    });
    return { houses: [...share.values()], pools: [...pools.values(), { places: 0, share: without }] };
  }

  const lost = ({ pools }, stays, days, persons) => sum(pools.map(({ places, share }) =>
    (share > 0 ? stays * share * lossOf(Math.floor(places / persons + HAIR), stays * share * days / DAYS) : 0)));

  function needed({ houses }, total, cut) {
    return ENDS.map((end) => sum(houses.map((share) =>
      rounded(placesFor(total[end] * share * cut[end][2 - end][0] / DAYS), asked.persons[end]))));
  }
  function families(those, total, cut) {
    const none = [], leave = [];
    for (const stays of total) {
      for (const row of cut) {
        for (const [days, beyond] of row) {
          for (const persons of asked.persons) {
            const without = lost(those, stays, days, persons);
            none.push(without);
            leave.push(Math.max(0, stays - without) * beyond);
          }
        }
      }
    }
    // The middle of three ends each is the middle of all readings.
    return [none, leave].map((all) => [Math.min(...all), all[(all.length - 1) / 2], Math.max(...all)]);
  }
  function waiting(those, total, cut, [share, days]) {
    const waits = share ?? ENDS.map((end) => lost(those, total[end], cut[end][2 - end][0], asked.persons[end]) / total[end]).sort((a, b) => a - b);
    const nights = ENDS.map((end) => total[end] * waits[end] * days[end]);
    return [nights, ENDS.map((end) => rounded(placesFor(nights[end] / DAYS), asked.persons[end]))];
  }

  // Rows of the table: low, central and high by the counts of cases.
  function count(plan, limit) {
    const those = turned(plan), cut = asked.limits[limit];
    const parts = asked.totals.map((total) => [
      needed(those, total, cut), ...families(those, total, cut), ...asked.waits.flatMap((wait) => waiting(those, total, cut, wait)),
    ]);
    return parts[0].map((_, row) => parts.map((part) => part[row]));
  }

  const limit = box.querySelector("select"), lines = all("tbody tr", box);
  let plans = [];
  function draw(now = plans) {
    plans = now;
    plans.forEach((plan, column) => count(plan, limit.selectedIndex).forEach((bases, row) => {
      const cell = lines[row].cells[column + 1];
      const ends = (end, of) => of(...bases.map((base) => base[end]));
      put(cell.firstElementChild, marked(Bar.span(ends(MIDDLE, Math.min), ends(MIDDLE, Math.max)), true));
      put(cell.lastElementChild, Bar.span(ends(0, Math.min), ends(2, Math.max)));
    }));
  }
  limit.addEventListener("change", () => {
    draw();
    Page.announce(`${limit.selectedOptions[0].textContent}: ${lines[0].cells[0].textContent} ${lines[0].cells[1].textContent}`);
  });
  return { draw, count };
})();
