"use strict";
// Constant for a release. The best sites to add to a plan: exact for up to three, by trying all of
// them; more by exchanging one for one. Ties go to the site whose key comes first.
const Best = (() => {
  const { data } = Page;
  const { sites } = data;
  const FAR = 2 ** 31 - 1, LIMIT = 1e9, SLICE_MS = 12, EXACT = 3;

  // Whole metres, as siting counts them; halves go to the even number.
  function metres(cm) {
    const low = Math.floor(cm / 100), rest = cm - 100 * low;
    return rest > 50 || (rest === 50 && low % 2) ? low + 1 : low;
  }

  function question(plan, aim) {
    const result = Model.evaluate(plan);
    const rows = [...result.weight.keys()].filter((row) => result.weight[row] > 0);
    // Where one's own region counts, a second half says whether the site lies in it: 0 or far away.
    const { region } = data.districts, halves = aim.kind === "own" ? 2 : 1;
    const column = (site) => {
      const far = new Float64Array(halves * rows.length), lengths = Model.lengthsTo(site);
      rows.forEach((row, at) => {
        const cm = lengths[row];
        far[at] = cm < 0 ? FAR : metres(cm);
        if (halves > 1) far[rows.length + at] = region[row] === region[sites.district[site]] ? 0 : FAR;
      });
      return far;
    };
    const base = new Float64Array(halves * rows.length).fill(FAR);
    for (const site of result.open) column(site).forEach((far, row) => { base[row] = Math.min(base[row], far); });
    const free = sites.id.map((_, site) => site)
      .filter((site) => !sites.shelter[site] && !plan.open[site] && Model.admits(site, plan));
    // A site that the page does not hold for a district counts for nothing there.
    const whole = !rows.some((row) => result.unsure[row] || Model.openEnded(row, result.byKm[row]));
    return { aim, base, free, whole, far: free.map(column), weight: Float64Array.from(rows, (row) => result.weight[row]) };
  }

  // People without a site in their region; people beyond the limit, or whom nothing reaches; then the farthest; then people-metres.
  function scored({ aim, weight }, one, other) {
    const limit = aim.limit * 1000;
    let lost = 0, beyond = 0, worst = 0, walked = 0, away = 0;
    for (let row = 0; row < weight.length; row++) {
      const far = one[row] < other[row] ? one[row] : other[row];
      if (far === FAR) lost += weight[row];
      else {
        walked += weight[row] * far;
        if (far > worst) worst = far;
        if (far > limit) beyond += weight[row];
      }
    }
    for (let at = weight.length; at < one.length; at++) {
      if (one[at] === FAR && other[at] === FAR) away += weight[at - weight.length];
    }
    if (aim.kind === "own") return [away, lost, walked];
    if (aim.kind === "mean") return [lost, walked];
    return aim.kind === "farthest" ? [lost, worst, walked] : [lost + beyond, lost, walked];
  }
  function better(one, other) {
    if (!other) return true;
    const at = one.findIndex((value, rank) => value !== other[rank]);
    return at >= 0 && one[at] < other[at];
  }
  const least = (one, other) => one.map((far, row) => Math.min(far, other[row]));

  // The page answers between two slices of the work; a newer question ends an older one.
  let latest = 0;
  function pacer() {
    const mine = ++latest;
    let until = performance.now() + SLICE_MS;
    return async () => {
      if (performance.now() > until) {
        await new Promise((go) => { setTimeout(go); });
        until = performance.now() + SLICE_MS;
      }
      return mine === latest;
    };
  }

  async function byTrying(asked, n, goes) {
    let best = null, chosen = [];
    async function walk(from, near, picked) {
      for (let at = from; at <= asked.far.length - (n - picked.length); at++) {
        if (picked.length + 1 < n) {
          if (!(await goes())) return false;
          if (!(await walk(at + 1, least(near, asked.far[at]), [...picked, at]))) return false;
          continue;
        }
        const score = scored(asked, near, asked.far[at]);
        if (better(score, best)) [best, chosen] = [score, [...picked, at]];
      }
      return goes();
    }
    return (await walk(0, asked.base, [])) && { chosen, best };
  }

  async function byExchange(asked, n, goes) {
    const near = (chosen) => chosen.reduce((all, at) => least(all, asked.far[at]), asked.base);
    let chosen = [], best = null;
    async function improved(rest) {
      let found = null;
      const around = near(rest);
      for (let at = 0; at < asked.far.length; at++) {
        if (!(await goes())) return null;
        if (rest.includes(at)) continue;
        const score = scored(asked, around, asked.far[at]);
        if (better(score, best)) [best, found] = [score, at];
      }
      return found;
    }
    while (chosen.length < n) {
      best = null;
      const next = await improved(chosen);
      if (next === null) return false;
      chosen = [...chosen, next];
    }
    for (let turned = true; turned;) {
      turned = false;
      for (const out of [...chosen]) {
        const rest = chosen.filter((at) => at !== out), next = await improved(rest);
        if (!(await goes())) return false;
        if (next !== null) [chosen, turned] = [[...rest, next], true];
      }
    }
    return { chosen: chosen.sort((a, b) => a - b), best };
  }

  function choices(free, n) {
    let all = 1;
    for (let at = 0; at < n; at++) all *= (free - at) / (at + 1);
    return Math.round(all);
  }

  // Null if the plan was asked anew meanwhile; `sites` is empty if no site makes it better.
  async function search(plan, aim, wanted) {
    const asked = question(plan, aim), n = Math.min(wanted, asked.free.length), goes = pacer();
    const tried = choices(asked.free.length, n);
    const all = n <= EXACT && tried * asked.base.length <= LIMIT, exact = all && asked.whole;
    if (!n) return { sites: [], exact: true, tried: 0, whole: true };
    const found = await (all ? byTrying : byExchange)(asked, n, goes);
    if (!found) return null;
    const gains = better(found.best, scored(asked, asked.base, asked.base));
    return { sites: gains ? found.chosen.map((at) => asked.free[at]) : [], exact, tried, whole: asked.whole };
  }
  const stop = () => { latest++; };

  return { search, stop };
})();
