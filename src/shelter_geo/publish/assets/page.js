"use strict";
// Constant for a release. Texts come from the inert block and are only ever set as text.
const Page = (() => {
  const given = JSON.parse(document.getElementById("data").textContent);
  const data = given.deflated ? { ...Inflate.json(given.deflated), costs: given.costs } : given;
  const live = document.getElementById("live");
  const listeners = { language: [], found: [], choose: [] };
  let lang = data.lang;

  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const say = (number) => {
    const text = data.text[number];
    return typeof text === "string" ? text : text[data.languages.indexOf(lang)];
  };
  const on = (event, react) => listeners[event].push(react);
  const tell = (event, ...values) => listeners[event].forEach((react) => react(...values));
  const announce = (text) => { live.textContent = text; };

  // What already says so is left alone, for a new text costs the browser a new layout.
  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  function make(tag, text, attributes = {}) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    return element;
  }

  function speak(next) {
    lang = next;
    document.documentElement.lang = lang;
    document.title = say(data.words.title);
    for (const element of all("[data-t]")) element.textContent = say(element.dataset.t);
    for (const element of all("[data-t-label]")) {
      element.setAttribute("aria-label", say(element.dataset.tLabel));
    }
    for (const button of all("[data-lang]")) {
      button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
    }
    resort();
    tell("language");
  }

  // The table: every cell was written by Python, and so were the ranks that sort it.
  const table = document.getElementById("table");
  const body = table?.tBodies[0];
  const rows = table ? all("tr", body) : [];
  const heads = table ? all("thead th", table) : [];
  const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "")
    .replace(/ə/g, "e").replace(/ı/g, "i").trim();

  function sort(column, down) {
    const ranks = Array.isArray(data.ranks[column]) ? data.ranks[column] : data.ranks[column][lang];
    const place = (row) => ranks[row] === null ? Infinity : down ? -ranks[row] : ranks[row];
    const order = rows.map((_, row) => row).sort((a, b) =>
      place(a) === place(b) ? a - b : place(a) - place(b));
    body.append(...order.map((row) => rows[row]));
    heads.forEach((head, place) => head.setAttribute("aria-sort",
      place !== column ? "none" : down ? "descending" : "ascending"));
  }

  function resort() {
    const column = heads.findIndex((head) => head.getAttribute("aria-sort") !== "none");
    if (column >= 0) sort(column, heads[column].getAttribute("aria-sort") === "descending");
  }

  function wrap(span, act) {
    const button = make("button", undefined, { type: "button" });
    span.replaceWith(button);
    button.append(span);
    button.addEventListener("click", act);
  }

  heads.forEach((head, column) => wrap(head.firstElementChild, () => {
    const state = head.getAttribute("aria-sort");
    sort(column, state === "none" ? head.classList.contains("number") : state === "ascending");
  }));
  rows.forEach((row, place) => wrap(row.querySelector(".name"), () => tell("choose", place, "table")));

  function find(query) {
    const wanted = fold(query);
    const found = rows.map((row, place) => place).filter((place) => data.search[place].includes(wanted));
    rows.forEach((row, place) => { row.hidden = !found.includes(place); });
    if (wanted) {
      announce(say(data.words.shown).replace("{n}", found.length).replace("{total}", rows.length));
    }
    tell("found", wanted ? found : null);
    return found;
  }

  function cell(row, column) {
    const place = rows[row].cells[column];
    return (place.querySelector("span") ?? place).textContent;
  }
  const titles = () => heads.map((head) => head.textContent);
  const mark = (row) => rows[row].querySelector("small")?.textContent ?? "";

  for (const button of all("[data-lang]")) {
    button.addEventListener("click", () => speak(button.dataset.lang));
  }
  for (const element of all(".languages, .js")) element.hidden = false;
  return { data, all, say, on, tell, announce, put, make, fold, rows, resort, cell, titles, mark, find };
})();
