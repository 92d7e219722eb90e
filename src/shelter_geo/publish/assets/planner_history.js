"use strict";
// Constant for a release. What was done, to be undone; what is not saved; a plan as a short code.
// Nothing is stored in the browser: the history ends with the page.
const Past = (() => {
  const { data } = Page;
  const { sites } = data;
  const MOST_STEPS = 200, CODE = "plan1", PRICES = { shelter: "s", place: "u" };

  const copied = (plan) => ({
    ...plan, open: plan.open.slice(), places: plan.places.slice(), moved: new Map(plan.moved),
    kept: plan.kept && { ...plan.kept }, prices: { ...plan.prices },
  });

  // What a code cannot say does not change how two plans compare.
  const same = (one, other) => code(one) === code(other) && one.kept?.about === other.kept?.about;

  // Steps of one kind that follow each other, such as the letters of a name, are one step.
  function history(plans) {
    const saved = plans.map(copied);
    let steps = [plans.map(copied)], at = 0, last = null;
    function note(now, kind = null) {
      if (now.every((plan, which) => same(plan, steps[at][which]))) return;
      steps = steps.slice(0, at + 1);
      if (kind !== null && kind === last && at > 0) steps[at] = now.map(copied);
      else steps.push(now.map(copied));
      steps = steps.slice(-MOST_STEPS);
      at = steps.length - 1;
      last = kind;
    }
    function go(by) {
      at += by;
      last = null;
      return steps[at].map(copied);
    }
    const keep = (which, plan) => { saved[which] = copied(plan); };
    const unsaved = (now) => now.some((plan, which) => !(Model.isToday(plan) && !Costs.priced(plan)) && !same(plan, saved[which]));
    return { note, go, keep, unsaved, back: () => at > 0, on: () => at < steps.length - 1 };
  }

  // A code names what a plan changes: opened, closed, resized, moved, its name and its prices. It
  // ends with a sum of its letters, so that half a code is no other plan.
  const quoted = (text) => encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, "")).replace(/[-_.!~*'()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  function sumOf(text) {
    let sum = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0;
    return sum.toString(36).padStart(7, "0");
  }
  function code(plan) {
    const parts = [CODE];
    sites.id.forEach((id, at) => {
      const key = quoted(id), n = plan.places[at], from = plan.moved.get(at);
      if (plan.open[at] && from !== undefined) parts.push(`m${key}:${n}:${quoted(sites.id[from])}`);
      else if (plan.open[at] && !sites.shelter[at]) parts.push(`o${key}:${n}`);
      else if (!plan.open[at] && sites.shelter[at]) parts.push(`c${key}`);
      else if (plan.open[at] && n !== sites.places[at]) parts.push(`p${key}:${n}`);
    });
    for (const [name, price] of Object.entries(plan.prices)) if (price !== null) parts.push(`${PRICES[name]}${quoted(String(price))}`);
    if (plan.name) parts.push(`n${quoted(plan.name)}`);
    const text = parts.join(".");
    return `${text}.${sumOf(text)}`;
  }

  function decoded(written) {
    const text = written.trim(), cut = text.lastIndexOf(".");
    const parts = text.slice(0, cut).split(".");
    if (cut < 0 || parts[0] !== CODE || sumOf(text.slice(0, cut)) !== text.slice(cut + 1)) return null;
    const plan = Model.today();
    for (const part of parts.slice(1)) {
      const [key, count, from] = part.slice(1).split(":").map(decodeURIComponent);
      if (part[0] === "n") {
        plan.name = key;
        continue;
      }
      const [priced] = Object.keys(PRICES).filter((name) => PRICES[name] === part[0]);
      if (priced) {
        plan.prices[priced] = Number(key);
        if (!(plan.prices[priced] >= 0 && plan.prices[priced] < Infinity)) return null;
        continue;
      }
      const at = sites.id.indexOf(key), n = Number(count);
      if (at < 0) return null;
      plan.open[at] = part[0] === "c" ? 0 : 1;
      if (part[0] !== "c") {
        if (!Number.isInteger(n) || n < 1 || n > Model.MOST) return null;
        plan.places[at] = n;
      }
      if (part[0] === "m") {
        const home = sites.id.indexOf(from);
        if (home < 0 || !sites.shelter[home]) return null;
        plan.moved.set(at, home);
      }
    }
    return plan;
  }

  return { history, code, decoded };
})();
