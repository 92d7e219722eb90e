"use strict";
// Constant for a release. TOML without dates: tables are maps that know the line of each key.
const Toml = (() => {
  const DEEPEST = 20;
  class Table extends Map { lines = new Map(); }
  class Figure {
    constructor(raw) {
      this.raw = raw;
      this.whole = /^[+-]?(?:\d[\d_]*|0[xob][\da-fA-F_]+)$/.test(raw);
      this.size = Number(raw.replace(/_/g, "").replace(/^([+-]?)inf$/, "$1Infinity"));
    }
  }

  // Reading; `fault` makes the error of a line, and of a name if there is one.
  const SHORT = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", '"': '"', "\\": "\\" };
  const ESCAPE = /\\(?:([btnfr"\\])|u([\da-fA-F]{4})|U([\da-fA-F]{8})|[ \t]*\n\s*|([^]|$))/g;
  const NUMBER = /(?:0x[\da-fA-F_]+|0o[0-7_]+|0b[01_]+|[+-]?(?:inf|nan|(?:0|[1-9][\d_]*)(?:\.\d[\d_]*)?(?:[eE][+-]?\d[\d_]*)?))(?=[\s,\]}#]|$)/y;

  function read(text, fault) {
    text = text.replace(/^\ufeff/, "").replace(/\r\n/g, "\n");
    let at = 0, counted = 0, line = 1;
    const root = new Table();

    function stop(key = "bad_line", name = "") {
      throw fault(key, { line: lineHere(), name });
    }
    function lineHere() {
      for (let next; (next = text.indexOf("\n", counted)) >= 0 && next < at; counted = next + 1) line++;
      return line;
    }
    function take(pattern) {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (found) at = pattern.lastIndex;
      return found;
    }
    const gap = () => take(/(?:[ \t\n]|#[^\n]*)*/y);

    const unescaped = (written) => written.replace(ESCAPE, (_, short, four, eight, wrong) => {
      const code = parseInt(four ?? eight, 16);
      if (wrong !== undefined || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) stop();
      return short ? SHORT[short] : Number.isNaN(code) ? "" : String.fromCodePoint(code);
    });

    function put(table, name, value) {
      if (table.has(name)) stop("twice", name);
      table.set(name, value);
      table.lines.set(name, lineHere());
      return value;
    }
    function within(table, name) {
      const there = table.get(name) ?? put(table, name, new Table());
      const last = Array.isArray(there) ? there.at(-1) : there;
      return last instanceof Table && !there.inline ? last : stop("twice", name);
    }
    function keys() {
      const path = [];
      do {
        const [, bare, basic, literal] = take(/[ \t]*(?:([\w-]+)|"((?:[^"\\\n]|\\[^\n])*)"|'([^'\n]*)')[ \t]*/y) ?? stop();
        path.push(basic === undefined ? bare ?? literal : unescaped(basic));
      } while (take(/\./y));
      return [path, path.pop()];
    }

    function header() {
      const [brackets] = take(/\[\[?/y), [path, name] = keys();
      take(brackets === "[" ? /\]/y : /\]\]/y) ?? stop();
      const around = path.reduce(within, root), line = lineHere();
      if (brackets === "[") {
        const table = around.get(name) ?? put(around, name, new Table());
        if (!(table instanceof Table) || table.line || table.inline) stop("twice", name);
        return Object.assign(table, { line });
      }
      const list = around.get(name) ?? put(around, name, []);
      if (!Array.isArray(list) || list.inline) stop("twice", name);
      list.push(Object.assign(new Table(), { line }));
      return list.at(-1);
    }
    function pair(table, depth) {
      const [path, name] = keys();
      take(/=[ \t]*/y) ?? stop();
      put(path.reduce(within, table), name, value(depth));
    }

    function value(depth) {
      let found;
      if (depth > DEEPEST) stop();
      if ((found = take(/"""\n?((?:[^"\\]|\\[^]|"{1,2}(?!"))*"{0,2})"""/y))) return unescaped(found[1]);
      if ((found = take(/'''\n?((?:[^']|'{1,2}(?!'))*'{0,2})'''/y))) return found[1];
      if ((found = take(/"((?:[^"\\\n]|\\[^\n])*)"/y))) return unescaped(found[1]);
      if ((found = take(/'([^'\n]*)'/y))) return found[1];
      if ((found = take(/(?:true|false)(?=[\s,\]}#]|$)/y))) return found[0] === "true";
      if ((found = take(NUMBER))) return new Figure(found[0]);
      if (take(/\[/y)) return array(depth + 1);
      if (take(/\{[ \t]*/y)) return inline(depth + 1);
      return stop();
    }
    function array(depth) {
      const list = Object.assign([], { inline: true });
      for (gap(); !take(/\]/y); gap()) {
        list.push(value(depth));
        gap();
        if (!take(/,/y) && text[at] !== "]") stop();
      }
      return list;
    }
    function inline(depth) {
      const table = Object.assign(new Table(), { inline: true, line: lineHere() });
      if (take(/\}/y)) return table;
      do pair(table, depth); while (take(/[ \t]*,/y));
      take(/[ \t]*\}/y) ?? stop();
      return table;
    }

    const wrong = text.search(/[\0-\x08\x0b-\x1f\x7f]/);
    if (wrong >= 0) {
      at = wrong;
      stop();
    }
    for (let table = root; gap(), at < text.length;) {
      if (text[at] === "[") table = header();
      else pair(table, 0);
      take(/[ \t]*(?:#[^\n]*)?(?=\n|$)/y) ?? stop();
    }
    return root;
  }

  // Writing
  const LETTERS = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r" };
  // Signs that a terminal would obey are left out: nobody reads them, and the library refuses them.
  const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
  const quoted = (text) => `"${text.replace(OBEYED, "").replace(/["\\\0-\x1f\x7f]/g, (c) =>
    LETTERS[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;
  const named = (name) => (/^[\w-]+$/.test(name) ? name : quoted(name));

  function written(value) {
    if (typeof value === "string") return quoted(value);
    if (value instanceof Figure) return value.raw;
    if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
    if (value instanceof Map) return `{ ${lines(value).join(", ")} }`;
    return String(value);
  }
  const lines = (table) => [...table].map(([name, value]) => `${named(name)} = ${written(value)}`);
  const block = (head, table) => [head, ...lines(table), ""].join("\n");

  // What Python wrote as JSON, as if it had been read.
  function table(given) {
    if (Array.isArray(given)) return given.map(table);
    if (typeof given === "number") return new Figure(String(given));
    return given !== null && typeof given === "object"
      ? new Table(Object.entries(given).map(([name, value]) => [name, table(value)])) : given;
  }

  return { read, block, table, Table, Figure };
})();
