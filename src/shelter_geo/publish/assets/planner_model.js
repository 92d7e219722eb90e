"use strict";
// Constant for a release. Plans and what they come to, by the definitions of the Python library.
const Model = (() => {
  const { data } = Page;
  const { districts, sites } = data;
  // A candidate has the key of its settlement, which is not written twice.
  sites.settlement = sites.settlement.map((key, site) => key || sites.id[site]);
  // Other counts stand as what they have more than residents or women.
  for (const name of ["registered", "low", "high", "registered_women", "women_low", "women_high"]) {
    const base = name.includes("women") ? districts.women : districts.people;
    districts[name] = districts[name]?.map((more, row) => base[row] + more);
  }
  const units = districts.id.length, places = sites.id.length;
  const MS = 60000, CM = 100000, MOST = 100000;
  // Costs stand district by district. A large study's page holds those of the nearest sites only, in
  // whole steps, and the least cost of those that are left out.
  const { held } = data, start = new Int32Array(units + 1), step = held && { length: CM / held.steps[0], time: MS / held.steps[1] };
  const apart = (row, site) => {
    const x = districts.x[row] - sites.x[site], y = districts.y[row] - sites.y[site];
    return Math.sqrt(x * x + y * y);
  };
  const { time, length, siteAt } = held ? nearestOnly() : everyCost();
  const lowest = (list, kind) => Float64Array.from(list, (steps) => (steps < 0 ? -1 : Math.max(0, middle(steps, kind) - step[kind] / 2)));
  const first = held && { length: lowest(held.length, "length"), time: lowest(held.time, "time") };
  const slope = held && { length: held.length_slope, time: held.time_slope };
  // The pairs of each site, and their districts.
  const pairs = sites.id.map(() => []);
  for (let row = 0; row < units; row++) for (let pair = start[row]; pair < start[row + 1]; pair++) pairs[siteAt[pair]].push([row, pair]);
  const groups = { women: [0], children: [0, 1], men: [2], lgbtq: [3] };
  const counted = { group: "all", unknown: false, registered: false };

  // Costs come as a stream of so many bits each; what is stored is one more, so that 0 means no
  // road. Five bytes hold any cost, wherever in its first byte it begins: three and then two.
  function unpacked({ bits, at }) {
    const text = atob(at), bytes = new Uint8Array(text.length + 5), costs = new Int32Array(Math.floor(8 * text.length / bits));
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const mask = 2 ** bits - 1;
    for (let cost = 0, bit = 0; cost < costs.length; cost++, bit += bits) {
      const first = bit >> 3, spare = 40 - (bit & 7) - bits;
      const high = (bytes[first] << 16) | (bytes[first + 1] << 8) | bytes[first + 2];
      const low = (bytes[first + 3] << 8) | bytes[first + 4];
      const wide = spare < 16 ? (high << (16 - spare)) | (low >> spare) : high >> (spare - 16);
      costs[cost] = (wide & mask) - 1;
    }
    return costs;
  }

  function everyCost() {
    for (let row = 0; row < units; row++) start[row + 1] = start[row] + places;
    return { time: unpacked(data.time), length: unpacked(data.length), siteAt: Int16Array.from({ length: units * places }, (_, pair) => pair % places) };
  }

  // A cost stands for the middle of its step: a whole kilometre or minute, or a part of one, rounded up.
  function middle(steps, kind) {
    const parts = held.steps[kind === "time" ? 1 : 0];
    return (steps && parts > 1 ? steps - 0.5 : steps) * step[kind];
  }
  // First a bit for each site, by how far away it is drawn: whether it is held; then, for lengths and
  // for times, the leading part of how much each differs from what is expected, in two bytes; then
  // the lowest bits of it.
  function nearestOnly() {
    const bytes = Inflate.bytes(data.costs), order = new Float64Array(places), isHeld = new Uint8Array(units * places);
    let count = 0;
    for (let row = 0, bit = 0; row < units; row++) {
      for (let site = 0; site < places; site++) order[site] = Math.floor(apart(row, site) * 16) * places + site;
      order.sort();
      for (let rank = 0; rank < places; rank++, bit++) {
        if (bytes[bit >> 3] & (128 >> (bit & 7))) isHeld[row * places + order[rank] % places] = ++count && 1;
      }
      start[row + 1] = count;
    }
    const time = new Int32Array(count), length = new Int32Array(count), siteAt = new Int16Array(count), inOrder = new Int16Array(count);
    for (let row = 0, pair = 0; row < units; row++) {
      for (let site = 0; site < places; site++) if (isHeld[row * places + site]) siteAt[pair++] = site;
      const far = (site) => Math.floor(apart(row, site) * 16) * places + site;
      inOrder.set([...siteAt.subarray(start[row], pair)].sort((a, b) => far(a) - far(b)), start[row]);
    }
    const parts = Math.ceil(units * places / 8);
    let low = 8 * (parts + 4 * count);
    function steps(which, expected) {
      const found = new Int32Array(count), from = parts + 2 * which * count;
      for (let row = 0; row < units; row++) for (let pair = start[row]; pair < start[row + 1]; pair++) {
        const guess = Math.floor(expected(row, pair)), folded = bytes[from + pair] | (bytes[from + count + pair] << 8);
        let error = folded & 1 ? -(folded + 1) / 2 : folded / 2;
        for (let spare = Math.max(0, 32 - Math.clz32(guess) - 5); spare > 0; spare--, low++) error = 2 * error + ((bytes[low >> 3] >> (7 - (low & 7))) & 1);
        found[pair] = guess + error;
      }
      return found;
    }
    const km = steps(0, (row, pair) => apart(row, inOrder[pair]) * held.by_drawing[row]);
    const minutes = steps(1, (row, pair) => km[pair] * held.by_km[row]);
    const at = new Int32Array(places);
    for (let row = 0; row < units; row++) {
      for (let pair = start[row]; pair < start[row + 1]; pair++) at[inOrder[pair]] = pair;
      for (let pair = start[row]; pair < start[row + 1]; pair++) {
        length[pair] = middle(km[at[siteAt[pair]]], "length");
        time[pair] = middle(minutes[at[siteAt[pair]]], "time");
      }
    }
    return { time, length, siteAt };
  }

  // `moved` holds the shelter that a site took over, `left` what the page leaves out of a file.
  const today = () => ({ name: "", open: Uint8Array.from(sites.shelter), places: Int32Array.from(sites.places), moved: new Map(), left: [], kept: null, prices: { shelter: null, place: null } });
  const isToday = (plan) => plan.open.every((open, site) =>
    open === sites.shelter[site] && (!open || plan.places[site] === sites.places[site]));

  function suggested({ sites: rows, places: each }) {
    const plan = today();
    rows.forEach((site, at) => {
      openSite(plan, site);
      plan.places[site] = each[at];
    });
    return plan;
  }

  function openSite(plan, site) {
    plan.open[site] = 1;
    if (!plan.places[site]) plan.places[site] = data.new_places;
  }

  // A shelter that does not say is a yes or a no as the reader wishes; one no is a no.
  // What has moved admits whom it did.
  function admits(site, plan) {
    if (counted.group === "all") return true;
    const from = plan.moved.get(site);
    const asked = from === undefined || plan.open[from] ? site : from;
    const answers = groups[counted.group].map((column) => sites.admits[asked][column]);
    return answers.every((answer) => answer === "y" || (answer === "u" && counted.unknown));
  }
  const anyUnknown = () => counted.group !== "all" && sites.id.some((_, site) =>
    sites.shelter[site] && groups[counted.group].some((column) => sites.admits[site][column] === "u"));

  // Residents, or people as they are registered where a study says both.
  const both = Boolean(districts.registered);
  const everybody = () => counted.registered && both ? districts.registered : districts.people;
  const allWomen = () => counted.registered && both ? districts.registered_women : districts.women;
  const ofGroup = (all, women) => (row) => {
    if (counted.group === "women" || counted.group === "children") return women[row];
    return counted.group === "men" ? all[row] - women[row] : all[row];
  };
  const people = (row) => ofGroup(everybody(), allWomen())(row);
  // How many live where is a range; how many are registered where is not.
  function ends() {
    if ((counted.registered && both) || !districts.low) return [people, people];
    return [ofGroup(districts.low, districts.women_low), ofGroup(districts.high, districts.women_high)];
  }

  // Least of one cost, then of the other, then by key: sites stand in the order of their keys.
  const less = (first, then) => (one, other) =>
    first[one] < first[other] || (first[one] === first[other] && then[one] < then[other]);
  const shorter = less(length, time), quicker = less(time, length);
  const better = data.by_time ? quicker : shorter;
  function nearest(isOpen, less) {
    const found = new Int32Array(units).fill(-1);
    for (let row = 0; row < units; row++) {
      let best = -1;
      for (let pair = start[row]; pair < start[row + 1]; pair++) {
        if (isOpen[siteAt[pair]] && time[pair] >= 0 && (best < 0 || less(pair, best))) best = pair;
      }
      found[row] = best;
    }
    return found;
  }

  // What is held is the least of all if it costs less than the least of what is left out, of which
  // the page knows two bounds: for candidates and shelters apart, and by how far away they are drawn.
  function mayCostLess(row, site, kind, costs, pair) {
    const bound = first[kind][sites.shelter[site] * units + row];
    if (bound < 0) return false;
    return pair < 0 || Math.max(bound, 1000 * slope[kind][row] * apart(row, site)) < costs[pair] + step[kind] / 2;
  }
  const isHeld = (row, site) => siteAt.subarray(start[row], start[row + 1]).includes(site);
  const mayBeShorter = (row, site, pair) => mayCostLess(row, site, "length", length, pair);
  const mayBeQuicker = (row, site, pair) => mayCostLess(row, site, "time", time, pair);
  // Whether an open site may be nearer to a district than those that are held for it. The shelter of
  // today that is nearest for this group always is, so the others come in where it is closed.
  function leftOutOf(plan, open, isOpen) {
    const standing = sites.id.map((_, site) => sites.shelter[site] && admits(site, plan));
    const stays = (pair) => pair < 0 || isOpen[siteAt[pair]], added = open.filter((site) => !sites.shelter[site]);
    const ways = [[nearest(standing, shorter), mayBeShorter], [nearest(standing, quicker), mayBeQuicker]];
    return (row, ...best) => (ways.every(([home]) => stays(home[row])) ? added : open).some((site) => ways.some(([home, mayBe], way) =>
      !(sites.shelter[site] && stays(home[row])) && mayBe(row, site, best[way])) && !isHeld(row, site));
  }
  // Whether a candidate is left out of a district that may be shorter than a way to it.
  const openEnded = (row, pair) => Boolean(held) && first.length[row] >= 0 && (pair < 0 || first.length[row] < length[pair] + step.length / 2);

  // The least value that at least this share of the weight does not exceed.
  function quantile(values, weights, share) {
    const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (!total) return NaN;
    let filled = 0;
    for (const i of order) {
      filled += weights[i];
      if (filled >= share * total) return values[i];
    }
    return values[order.at(-1)];
  }

  function evaluate(plan) {
    const open = sites.id.map((_, site) => site).filter((site) => plan.open[site] && admits(site, plan));
    const isOpen = new Uint8Array(places);
    for (const each of open) isOpen[each] = 1;
    const byKm = nearest(isOpen, shorter), byTime = nearest(isOpen, quicker), leftOut = held && leftOutOf(plan, open, isOpen);
    const pair = data.by_time ? byTime : byKm, site = new Int16Array(units).fill(-1);
    const km = new Float64Array(units).fill(NaN), minutes = new Float64Array(units).fill(NaN);
    const weight = new Float64Array(units), load = new Float64Array(places);
    const reached = [], roads = new Uint8Array(units), unsure = new Uint8Array(units);
    let everyone = 0, own = 0, hidden = 0;
    const near = data.districts.region && new Set(open.map((at) => data.districts.region[sites.district[at]]));
    for (let row = 0; row < units; row++) {
      weight[row] = people(row);
      everyone += everybody()[row];
      if (near?.has(data.districts.region[row])) own += weight[row];
      for (let each = start[row]; each < start[row + 1] && !roads[row]; each++) roads[row] = plan.open[siteAt[each]] && time[each] >= 0;
      unsure[row] = held && leftOut(row, byKm[row], byTime[row]);
      if (unsure[row]) hidden += weight[row];
      if (unsure[row] || pair[row] < 0) continue;
      const at = site[row] = siteAt[pair[row]];
      km[row] = length[byKm[row]] / CM;
      minutes[row] = time[byTime[row]] / MS;
      reached.push(row);
      load[at] += weight[row];
    }
    const total = sum(weight), served = sum(reached.map((row) => weight[row]));
    const there = open.reduce((all, each) => all + plan.places[each], 0);
    return {
      plan, own, open, isOpen, site, pair, byKm, km, minutes, weight, load, reached, roads, unsure, hidden, total, served, unreached: total - served - hidden,
      places: there, there: there / data.persons, least: there / data.most_persons, needed: everyone / data.norm,
      missing: Math.max(0, everyone / data.norm - there / data.persons),
      lacking: Math.max(0, everyone / data.norm - there / data.most_persons),
    };
  }

  // For pages that hold every cost.
  const leads = (row, site) => time[row * places + site] >= 0;
  const nearer = (row, site, than) => better(row * places + site, row * places + than);

  // Centimetres to each district, -1 where there is no road or the page holds none.
  function lengthsTo(site) {
    const far = new Int32Array(units).fill(-1);
    for (const [row, pair] of pairs[site]) if (time[pair] >= 0) far[row] = length[pair];
    return far;
  }
  // The nearest open site of a district in another settlement than its nearest one, `null` if there
  // is none, and without a site if the page does not hold it.
  function second(result, row) {
    const here = sites.settlement[result.site[row]], { isOpen } = result;
    let best = -1;
    for (let pair = start[row]; pair < start[row + 1]; pair++) {
      if (!isOpen[siteAt[pair]] || time[pair] < 0 || sites.settlement[siteAt[pair]] === here) continue;
      if (best < 0 || better(pair, best)) best = pair;
    }
    const mayBe = data.by_time ? mayBeQuicker : mayBeShorter;
    if (held && result.open.some((site) => mayBe(row, site, best) && !isHeld(row, site))) return { site: -1 };
    return best < 0 ? null : { site: siteAt[best], km: length[best] / CM, minutes: time[best] / MS };
  }

  const sum = (values) => values.reduce((all, each) => all + each, 0);
  function spread({ km, weight }, rows) {
    const people = rows.map((row) => weight[row]), far = rows.map((row) => km[row]), all = sum(people);
    const farthest = rows.reduce((most, row) =>
      weight[row] > 0 && (most < 0 || km[row] > km[most]) ? row : most, -1);
    return {
      farthest, max: farthest < 0 ? NaN : km[farthest], median: quantile(far, people, 0.5),
      mean: all ? sum(rows.map((row) => weight[row] * km[row])) / all : NaN,
      beyond: data.limits.map((limit) => sum(rows.map((row) => (km[row] > limit ? weight[row] : 0)))),
      ranges: data.limits.map((limit) => beyondRange(limit, km, weight, rows)),
    };
  }

  // Least and most people beyond a limit, as the library counts them (`beyond_range`).
  function beyondRange(limit, km, weight, rows) {
    const [low, high] = ends(), count = (of, from, to = Infinity) =>
      sum(rows.map((row) => (km[row] > from && km[row] <= to ? of(row) : 0)));
    const own = (row) => weight[row];
    const inner = limit * (1 - data.near), outer = limit * (1 + data.near);
    const sharp = count(own, inner, outer) <= data.few * count(own, limit);
    return [count(low, sharp ? limit : outer), count(high, sharp ? limit : inner)];
  }

  // Today changes only with who is counted.
  let standing = { of: "" };
  function asItStands() {
    const of = JSON.stringify(counted);
    if (standing.of !== of) standing = { of, result: evaluate(today()) };
    return standing.result;
  }

  // Figures stand for those who reach a shelter today and in every plan shown: no other two can be
  // held against each other. Where nobody does, each plan's stand by themselves.
  function measure(results) {
    const now = { ...asItStands() }, every = [now, ...results];
    const shared = now.reached.filter((row) => results.every((result) => result.site[row] >= 0));
    const comparable = shared.some((row) => now.weight[row] > 0);
    for (const result of every) {
      const anew = result.reached.filter((row) => now.site[row] < 0), more = spread(result, anew);
      Object.assign(result, spread(result, comparable ? shared : result.reached), {
        comparable, anew: sum(anew.map((row) => result.weight[row])), anewMean: more.mean,
      });
    }
    return every;
  }

  // What one more site would change: people who get a road, and kilometres of the mean.
  // `some` says that it is at least as much: the page leaves out districts that may come nearer.
  function promise(plan, result, site, open) {
    let reaches = 0, far = 0, saved = 0, nearer = 0;
    if (!admits(site, plan)) return { site, reaches, far, nearer, change: 0, some: false };
    for (const [row, at] of pairs[site]) {
      const now = result.pair[row];
      if (time[at] < 0 || !result.weight[row] || result.unsure[row]) continue;
      if (now < 0) {
        reaches += result.weight[row];
        far += result.weight[row] * length[at] / CM;
      } else {
        if (better(at, now)) nearer += result.weight[row];
        saved += result.weight[row] * Math.max(0, result.km[row] - length[at] / CM);
      }
    }
    const some = open.some((row) => mayBeShorter(row, site, result.byKm[row]) && !isHeld(row, site));
    return { site, reaches, far, nearer, change: result.served ? -saved / result.served : 0, some };
  }

  function promises(plan, result) {
    const open = [...result.weight.keys()].filter((row) => result.weight[row] && !result.unsure[row] && openEnded(row, result.byKm[row]));
    return sites.id.map((_, site) => site)
      .filter((site) => !sites.shelter[site] && !plan.open[site])
      .map((site) => promise(plan, result, site, open))
      .sort((a, b) => b.reaches - a.reaches || a.far - b.far || a.change - b.change || a.site - b.site);
  }

  // Who gains from the second plan against the first, by the study's measure.
  const far = (result) => (data.by_time ? result.minutes : result.km);
  function compare(before, after) {
    const sums = { gain: 0, lose: 0, reached: 0, cut: 0 }, gainers = [], losers = [];
    for (let row = 0; row < units; row++) {
      const was = before.site[row] >= 0, is = after.site[row] >= 0;
      if ((!was && !is) || before.unsure[row] || after.unsure[row]) continue;
      const less = was && is ? far(before)[row] - far(after)[row] : is ? Infinity : -Infinity;
      if (!less) continue;
      const kind = was && is ? (less > 0 ? "gain" : "lose") : is ? "reached" : "cut";
      sums[kind] += after.weight[row];
      (less > 0 ? gainers : losers).push({ row, less, kind });
    }
    gainers.sort((a, b) => b.less - a.less || a.row - b.row);
    losers.sort((a, b) => a.less - b.less || a.row - b.row);
    return { sums, gainers, losers };
  }

  // Why nothing is near: no road to any open shelter, or a road to none that admits them.
  const lacks = (result, row) => (result.unsure[row] ? "not_held" : result.roads[row] ? "not_admitted" : "cut_off");

  const nobody = (row) => !everybody()[row];

  return {
    nobody, lacks, lengthsTo, openEnded, leads, nearer, second, both, counted, today, isToday, suggested, openSite, admits, anyUnknown, evaluate, measure, spread, promises, compare, MOST };
})();
