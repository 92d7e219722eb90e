"use strict";
// Constant for a release. Plans as small TOML files, tables as CSV, and how a file is handed over.
const Files = (() => {
  const { data } = Page;
  const { tell } = Words;
  const { sites } = data;
  const LARGEST = 65536;
  const KINDS = {
    scenario: { id: "key", name: "text" }, demand: { count_registered: "truth" },
    open: { settlement_id: "text", places: "count" }, close: { shelter_id: "text" },
    resize: { shelter_id: "text", places: "count" },
  };
  const LISTS = new Set(["open", "close", "resize"]);
  const fault = (key, values) => new Error(tell("bad_file", { why: tell(key, values) }));
  const shelters = new Map(), candidates = new Map();
  sites.id.forEach((id, site) => {
    if (sites.shelter[site]) shelters.set(id, site);
    else candidates.set(sites.settlement[site], site);
  });

  // Writing
  const ESCAPES = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r" };
  const quoted = (text) => `"${text.replace(/["\\\u0000-\u001f\u007f]/g, (c) =>
    ESCAPES[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;

  function slug(name, spare) {
    const plain = Page.fold(name).replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
    return plain.slice(0, 60).replace(/-+$/, "") || spare;
  }

  function write(plan, spare, name) {
    const id = slug(plan.name, spare);
    const parts = [`[scenario]\nid = "${id}"\nname = ${quoted(name)}\n`];
    const each = (wanted, line) => sites.id.forEach((_, site) => {
      if (wanted(site)) parts.push(line(site));
    });
    each((site) => !sites.shelter[site] && plan.open[site], (site) =>
      `[[open]]\nsettlement_id = ${quoted(sites.settlement[site])}\nplaces = ${plan.places[site]}\n`);
    each((site) => sites.shelter[site] && !plan.open[site], (site) =>
      `[[close]]\nshelter_id = ${quoted(sites.id[site])}\n`);
    each((site) => sites.shelter[site] && plan.open[site] && plan.places[site] !== sites.places[site],
      (site) => `[[resize]]\nshelter_id = ${quoted(sites.id[site])}\nplaces = ${plan.places[site]}\n`);
    if (!Model.counted.registered) parts.push("[demand]\ncount_registered = false\n");
    return { id, text: parts.join("\n") };
  }

  // Reading: the few forms of TOML that a plan needs, anything else is refused with its line.
  const SHORT = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", '"': '"', "\\": "\\" };
  const TEXT = /^"((?:[^"\\\u0000-\u0008\u000a-\u001f\u007f]|\\(?:[btnfr"\\]|u[0-9a-fA-F]{4}))*)"$/;
  const LITERAL = /^'([^'\u0000-\u0008\u000a-\u001f\u007f]*)'$/;
  const VALUE = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#"']+)\s*(?:#.*)?$/;

  function value(kind, written) {
    if (kind === "truth") return { true: true, false: false }[written];
    if (kind === "count") {
      const count = /^[1-9][0-9]{0,5}$/.test(written) ? Number(written) : NaN;
      return count <= Model.MOST ? count : undefined;
    }
    const literal = LITERAL.exec(written), text = TEXT.exec(written);
    const read = literal ? literal[1] : text?.[1].replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g,
      (_, code, short) => code ? String.fromCharCode(parseInt(code, 16)) : SHORT[short]);
    if (read === undefined || !read.trim() || read.length > 200) return undefined;
    return kind === "key" && !/^[a-z0-9][a-z0-9._-]*$/.test(read) ? undefined : read;
  }

  function header(text, line, parts) {
    const found = /^(\[\[?)\s*([A-Za-z0-9_-]+)\s*(\]\]?)\s*(?:#.*)?$/.exec(text);
    if (!found || found[1].length !== found[3].length) throw fault("bad_line", { line });
    const name = found[2], list = found[1] === "[[";
    if (!Object.hasOwn(KINDS, name) || LISTS.has(name) !== list) throw fault("unknown_table", { line, name });
    if (!list && parts.some((part) => part.name === name)) throw fault("twice", { line, name });
    parts.push({ name, line, values: new Map() });
  }

  function pair(text, line, part) {
    const found = /^([A-Za-z0-9_-]+)\s*=\s*(.*)$/.exec(text);
    if (!found || !part) throw fault("bad_line", { line });
    const name = found[1], kinds = KINDS[part.name];
    if (!Object.hasOwn(kinds, name)) throw fault("unknown_key", { line, name });
    if (part.values.has(name)) throw fault("twice", { line, name });
    const read = value(kinds[name], VALUE.exec(found[2])?.[1]);
    if (read === undefined) throw fault("bad_value", { line, name });
    part.values.set(name, read);
  }

  function parse(text) {
    if (text === null || text.length > LARGEST) throw fault("too_big");
    const parts = [];
    text.replace(/^\ufeff/, "").split(/\r?\n/).forEach((raw, at) => {
      const line = raw.trim();
      if (!line || line.startsWith("#")) return;
      if (line.startsWith("[")) header(line, at + 1, parts);
      else pair(line, at + 1, parts.at(-1));
    });
    for (const part of parts) {
      for (const name of Object.keys(KINDS[part.name])) {
        if (!part.values.has(name)) throw fault("missing", { line: part.line, name });
      }
    }
    return parts;
  }

  function read(text) {
    const parts = parse(text), plan = Model.today(), touched = new Set();
    const about = parts.find((part) => part.name === "scenario");
    if (!about) throw fault("no_scenario");
    plan.name = about.values.get("name");
    const demand = parts.find((part) => part.name === "demand");
    for (const { name, line, values } of parts) {
      if (!LISTS.has(name)) continue;
      const key = values.get(name === "open" ? "settlement_id" : "shelter_id");
      const site = (name === "open" ? candidates : shelters).get(key);
      if (site === undefined) throw fault("unknown_site", { line, name: key });
      if (touched.has(site)) throw fault("twice", { line, name: key });
      touched.add(site);
      plan.open[site] = Number(name !== "close");
      if (values.has("places")) plan.places[site] = values.get("places");
    }
    return { plan, registered: demand ? demand.values.get("count_registered") : true };
  }

  // A cell that a spreadsheet would run gets an apostrophe in front.
  const cell = (text) => {
    const plain = String(text);
    const safe = /^[=+\-@\t\r\n]/.test(plain) && !/^-?\d+(\.\d+)?$/.test(plain) ? `'${plain}` : plain;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const csv = (rows) => `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`;

  function hand(name, content) {
    const address = URL.createObjectURL(content);
    Page.make("a", undefined, { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }
  const handText = (name, type, text) => hand(name, new Blob([text], { type: `${type};charset=utf-8` }));

  return { write, read, csv, hand, handText, slug, LARGEST };
})();
