"use strict";
// Constant for a release. Plans as the scenario files that the library reads: what this page cannot
// compute is said, and what it does not show is kept for the next file.
const Scenario = (() => {
  const { data } = Page;
  const { tell, site } = Words;
  const { sites } = data;
  const { Table, Figure } = Toml;
  const LARGEST = 262144;
  const PARTS = {
    scenario: { id: "key!", name: "worded!", inherits: "key", note: "worded", evidence: "evidence" },
    open: { settlement_id: "text!", places: "count!", cost: [0], kind: "key", hours: "text", police_referral_required: "answer" },
    close: { shelter_id: "text!" },
    move: { shelter_id: "text!", settlement_id: "text!" },
    resize: { shelter_id: "text!", places: "count!", cost: [0] },
    candidate: { settlement_id: "text!", cost: [0], cost_per_place: [0], max_places: "count" },
    road: { kind: "road!" },
    demand: { count_registered: "truth", under_reporting: [1, 1000], share_needing: [0, 1], stay_days: [0, 3660], children_per_woman: [0, 20] },
    costs: { per_shelter: [0], per_place: [0], source: "worded" },
    time_factor: { bus: [1, 100], night: [Number.MIN_VALUE, 100], snow: [Number.MIN_VALUE, 100] },
  };
  const LISTS = ["open", "close", "move", "resize", "candidate", "road"], ROADS = ["open", "close", "slow", "reopen"], OTHERS = ["demand", "costs", "time_factor"];
  const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
  const text = (value) => typeof value === "string" && value.trim() !== "";
  const RIGHT = {
    text,
    key: (value) => text(value) && /^[a-z0-9][a-z0-9._-]*$/.test(value),
    worded: (value) => text(value) || (value instanceof Table && value.size > 0 &&
      [...value.values()].every(text) && [...value.keys()].every((code) => LANGUAGE.test(code))),
    evidence: (value) => data.evidence.includes(value),
    count: (value) => value instanceof Figure && value.whole && value.size >= 1 && value.size <= Model.MOST,
    truth: (value) => typeof value === "boolean",
    answer: (value) => ["yes", "no", "unknown"].includes(value),
    road: (value) => ROADS.includes(value),
  };
  const right = (kind, value) => Array.isArray(kind)
    ? value instanceof Figure && value.size >= kind[0] && value.size <= (kind[1] ?? Number.MAX_VALUE)
    : RIGHT[kind.replace("!", "")](value);

  // A page is of one kind of facility; what a plan changes in the others is kept for its file.
  const KINDS = { here: "shelter", first: "shelter", others: [], ...data.kinds }, elsewhere = new Set(KINDS.others);
  const isOpen = (table) => (table.get("kind") ?? KINDS.first) === KINDS.here;
  const isHere = (table) => !elsewhere.has(table.get("shelter_id"));

  const shelters = new Map(), candidates = new Map();
  sites.id.forEach((id, at) => {
    if (sites.shelter[at]) shelters.set(id, at);
    else candidates.set(sites.settlement[at], at);
  });
  const refused = (why) => new Error(tell("bad_file", { why }));
  const fault = (key, values) => refused(tell(key, values));

  // Reading
  function check(root) {
    for (const [name, part] of root) {
      const line = root.lines.get(name) ?? 1, tables = Array.isArray(part) ? part : [part];
      if (!Object.hasOwn(PARTS, name) || Array.isArray(part) !== LISTS.includes(name) || !tables.every((table) => table instanceof Table)) {
        throw fault("unknown_table", { line, name });
      }
      for (const table of tables) checkPart(PARTS[name], table, name === "road");
    }
    if (!root.has("scenario")) throw fault("no_scenario");
  }

  function checkPart(kinds, table, loose) {
    for (const [name, value] of table) {
      const line = table.lines.get(name);
      if (Object.hasOwn(kinds, name) ? !right(kinds[name], value) : !loose) {
        throw fault(Object.hasOwn(kinds, name) ? "bad_value" : "unknown_key", { line, name });
      }
    }
    for (const name in kinds) {
      if (kinds[name].at(-1) === "!" && !table.has(name)) throw fault("missing", { line: table.line, name });
    }
  }

  // What is inherited comes first; own keys of the other parts take the place of inherited ones.
  function merged(own) {
    const about = new Table(own.get("scenario")), parent = about.get("inherits");
    const here = parent !== about.get("id") && Object.hasOwn(data.plans, parent ?? "");
    const known = here ? Toml.table(data.plans[parent]) : new Table();
    if (here) about.delete("inherits");
    const parts = { about };
    for (const name of LISTS) parts[name] = [...(known.get(name) ?? []), ...(own.get(name) ?? [])];
    for (const name of OTHERS) {
      parts[name] = new Table([...(known.get(name) ?? []), ...(own.get(name) ?? [])]);
    }
    return parts;
  }

  function read(written) {
    if (written === null || written.length > LARGEST) throw fault("too_big");
    const root = Toml.read(written, fault);
    check(root);
    const parts = merged(root), { about, demand, time_factor: times } = parts, plan = Model.today();
    const kept = { ...parts, open: [], close: [], move: [], resize: [], cost: new Map() };
    const left = [], leave = (key, values) => left.push([key, values]);
    for (const [name, ours] of [["open", isOpen], ["close", isHere], ["move", isHere], ["resize", isHere]]) {
      kept[name] = parts[name].filter((table) => !ours(table));
      parts[name] = parts[name].filter(ours);
    }
    // The page has no hours of its own kind, and would lose them in the next file.
    for (const table of parts.open) for (const name of ["hours", "police_referral_required"]) {
      if (table.has(name)) throw fault("unknown_key", { line: table.lines.get(name), name });
    }
    if (["open", "close", "move", "resize"].some((name) => kept[name].length)) leave("left_kinds");
    if (about.has("inherits")) leave("left_inherits", { name: about.get("inherits") });
    apply(plan, parts, kept, leave);
    plan.prices = Costs.fromTable(parts.costs);
    kept.costs = new Table([...parts.costs].filter(([name]) => !Costs.keys.includes(name)));
    for (const kind of ROADS) if (parts.road.some((road) => road.get("kind") === kind)) leave(`left_${kind}_road`);
    if (["night", "snow"].some((name) => times.has(name))) leave("left_times");
    const registered = demand.get("count_registered") ?? false;
    if (Model.both) demand.delete("count_registered");
    if (demand.size) leave("left_stays");
    if (left.length && Model.isToday(plan) && !(registered && Model.both)) throw fault("left_all", { what: said(left) });
    Object.assign(plan, { kept, left, name: nameOf(kept) });
    kept.shown = plan.name;
    return { plan, registered };
  }

  // The order is that of the library: close, move, resize, open.
  function apply(plan, parts, kept, leave) {
    const touched = { close: new Set(), move: new Set(), resize: new Set(), open: new Set(), candidate: new Set() };
    function once(table, kind, ...others) {
      const key = table.get(kind === "open" || kind === "candidate" ? "settlement_id" : "shelter_id");
      if ([kind, ...others].some((other) => touched[other].has(key))) throw fault("twice", { line: lineOf(table), name: key });
      touched[kind].add(key);
      return key;
    }
    function shelter(table, kind, ...others) {
      const key = once(table, kind, ...others), at = shelters.get(key);
      if (at === undefined) throw fault("unknown_site", { line: lineOf(table), name: key });
      return at;
    }
    for (const table of parts.close) plan.open[shelter(table, "close")] = 0;
    const opened = new Set(parts.open.map((table) => table.get("settlement_id")));
    for (const table of parts.move) {
      const from = shelter(table, "move", "close"), goal = table.get("settlement_id"), to = candidates.get(goal);
      if (to !== undefined && !opened.has(goal) && !plan.open[to]) {
        plan.open[from] = 0;
        plan.open[to] = 1;
        plan.places[to] = plan.places[from];
        plan.moved.set(to, from);
      } else {
        kept.move.push(table);
        leave("left_move", { name: site(from), place: goal });
      }
    }
    const homeOf = (at) => [...plan.moved].find(([, from]) => from === at)?.[0] ?? at;
    for (const table of parts.resize) put(homeOf(shelter(table, "resize", "close")), table);
    const most = new Map(parts.candidate.map((table) => [once(table, "candidate"), table.get("max_places")?.size]));
    for (const table of parts.open) {
      const key = once(table, "open"), at = candidates.get(key);
      if (table.get("places").size > most.get(key)) throw fault("too_many", { line: lineOf(table), name: key, n: most.get(key) });
      if (at === undefined) {
        kept.open.push(table);
        leave("left_open", { name: key });
      } else {
        plan.open[at] = 1;
        put(at, table);
      }
    }
    function put(at, table) {
      plan.places[at] = table.get("places").size;
      if (table.has("cost")) kept.cost.set(at, table.get("cost"));
    }
  }
  const lineOf = (table) => table.line ?? 1;

  // Words of a plan that has them in every language follow the language of the page.
  function nameOf({ about }) {
    const name = about.get("name");
    if (typeof name === "string") return name;
    return name.get(document.documentElement.lang) ?? name.get(data.fallback) ?? [...name.values()][0];
  }
  function speak(plan) {
    if (plan.kept?.shown === plan.name) plan.name = plan.kept.shown = nameOf(plan.kept);
  }
  const said = (left) => left.map(([key, values]) => tell(key, values)).join("; ");

  // Writing
  function write(plan, spare, name) {
    const { kept } = plan, same = kept?.shown === plan.name;
    const about = new Table(kept?.about);
    if (!same) about.set("id", Files.slug(plan.name, spare)).set("name", name);
    const blocks = [Toml.block("[scenario]", about)];
    const add = (kind, entries) => blocks.push(Toml.block(`[[${kind}]]`, new Table(entries)));
    const size = (at) => {
      const cost = kept?.cost.get(at), places = ["places", plan.places[at]];
      return cost ? [places, ["cost", cost]] : [places];
    };
    const moved = (at) => plan.moved.has(at) && plan.open[at] && !plan.open[plan.moved.get(at)];
    const away = new Set([...plan.moved].filter(([to]) => moved(to)).map(([, from]) => from));
    const every = sites.id.map((_, at) => at), today = every.filter((at) => sites.shelter[at]);
    const opened = every.filter((at) => !sites.shelter[at] && plan.open[at]);
    for (const at of opened) if (!moved(at)) add("open", [["settlement_id", sites.settlement[at]], ...size(at), ...(KINDS.here === KINDS.first ? [] : [["kind", KINDS.here]])]);
    for (const table of kept?.open ?? []) add("open", table);
    for (const at of today) if (!plan.open[at] && !away.has(at)) add("close", [["shelter_id", sites.id[at]]]);
    for (const at of opened) if (moved(at)) add("move", [["shelter_id", sites.id[plan.moved.get(at)]], ["settlement_id", sites.settlement[at]]]);
    for (const table of kept?.move ?? []) if (!isHere(table) || plan.open[shelters.get(table.get("shelter_id"))]) add("move", table);
    for (const name of ["close", "resize"]) for (const table of kept?.[name] ?? []) add(name, table);
    const sized = [...today.filter((at) => plan.open[at]).map((at) => [at, at]), ...opened.filter(moved).map((at) => [plan.moved.get(at), at])];
    for (const [from, at] of sized) {
      if (plan.places[at] !== sites.places[from] || kept?.cost.has(at)) add("resize", [["shelter_id", sites.id[from]], ...size(at)]);
    }
    for (const kind of ["candidate", "road"]) for (const table of kept?.[kind] ?? []) add(kind, table);
    for (const kind of OTHERS) {
      const counted = kind === "demand" && Model.both && Model.counted.registered ? [["count_registered", true]] : [];
      const prices = kind === "costs" ? Costs.toTable(plan) : [];
      if (kind === "costs" && !prices.length) continue;
      const table = new Table([...counted, ...prices, ...(kept?.[kind] ?? [])]);
      if (table.size) blocks.push(Toml.block(`[${kind}]`, table));
    }
    return { id: about.get("id"), text: blocks.join("\n") };
  }

  return { read, write, speak, said, LARGEST };
})();
