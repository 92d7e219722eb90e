"use strict";
// Constant for a release. Two plans beside today: what both count, what one changes, the table.
(() => {
  const { data, all, on, make, rows } = Page;
  const { tell, number, signed, people, km, duration, district, place } = Words;
  const { counted } = Model;
  const length = data.by_time ? duration : km;
  const far = (result, row) => length((data.by_time ? result.minutes : result.km)[row]);
  const sumsIn = data.by_time ? { gain: "sum_quicker", lose: "sum_slower" } : {};
  const FIRST_LIVE = 4;
  const plans = [Model.today(), Model.today()], LETTERS = ["a", "b"];
  const past = Past.history(plans), undo = document.getElementById("undo"), redo = document.getElementById("redo");
  const frame = document.querySelector(".plans"), tabs = all("[data-tab]");
  const panels = LETTERS.map((letter, at) => Panel(letter, plans[at], {
    changed: (kind) => done(at, kind && `${letter} ${kind}`),
    become: (next) => {
      plans[at] = next;
      done(at);
    },
    keep: () => past.keep(at, plans[at]),
    show: () => show(letter),
    picked: (row) => choose(row),
    count: (everywhere) => {
      registered.checked = counted.registered = everywhere;
      draw();
    },
  }));
  const unknown = document.getElementById("unknown"), registered = document.getElementById("registered");
  const changes = document.querySelector(".changes"), heads = all("#table thead th");

  // The table may list fewer districts than there are: the farthest today.
  const listed = data.rows.slice(0, rows.length);
  const live = rows.map((row) => heads.slice(FIRST_LIVE).map((head) => {
    const cell = make("td", "", head.classList.contains("number") ? { class: "number" } : {});
    row.append(cell);
    return { cell, text: "" };
  }));

  // One plan is worked on at a time; a narrow screen shows no other.
  let held = 0, shown = [];
  function show(letter) {
    frame.dataset.shown = letter;
    document.body.dataset.shown = letter;
    for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.dataset.tab === letter));
  }

  function done(at, kind) {
    held = at;
    past.note(plans, kind);
    draw([at]);
  }
  function back(by) {
    if (by < 0 ? !past.back() : !past.on()) return;
    past.go(by).forEach((plan, at) => {
      if (Past.code(plan) !== Past.code(plans[at])) {
        held = at;
        show(LETTERS[at]);
      }
      plans[at] = plan;
      panels[at].take(plan);
    });
    draw();
    Page.announce(tell(by < 0 ? "undone" : "redone", { plan: tell(`plan_${LETTERS[held]}`) }));
  }

  // What a change leaves as it was is not drawn again.
  function draw(afresh = [0, 1]) {
    const [now, ...results] = Model.measure(plans.map(Model.evaluate));
    shown = [now, ...results];
    Bar.draw(...shown);
    Chosen.draw(shown);
    Stays.draw([now.plan, ...plans]);
    panels.forEach((panel, at) => panel.draw(results[at], afresh.includes(at)));
    drawChanges(now, results[held]);
    drawTable(...results);
    unknown.parentElement.hidden = !Model.anyUnknown();
    undo.disabled = !past.back();
    redo.disabled = !past.on();
  }

  // Who gains and who loses
  function drawChanges(before, after) {
    changes.querySelector("h2").textContent = tell("changes", { plan: tell(`plan_${LETTERS[held]}`) });
    const { sums, gainers, losers } = Model.compare(before, after);
    const said = Object.entries(sums).filter(([, count]) => count > 0)
      .map(([kind, count]) => make("li", tell(sumsIn[kind] ?? `sum_${kind}`, { people: people(count) })));
    changes.querySelector(".sums").replaceChildren(...(said.length ? said : [make("li", tell("same"))]));
    changes.querySelector(".sides").hidden = !said.length;
    clearTimeout(later);
    waiting = [];
    fill(".gainers", gainers, before, after);
    fill(".losers", losers, before, after);
    if (waiting.length) later = setTimeout(fillOut, 200);
  }
  // The lists hold everybody; what stands below the first many comes after the answer is drawn.
  const FIRST = 80;
  let later = 0, waiting = [];
  function fillOut() {
    for (const add of waiting.splice(0)) add();
  }
  addEventListener("beforeprint", fillOut);

  // The model gives those who gain or lose the most first.
  const alphabet = () => (Array.isArray(data.alphabet) ? data.alphabet : data.alphabet[document.documentElement.lang]);
  const line = new Map(data.rows.map((row, at) => [row, at]));
  const ORDERS = {
    people: (those, { weight }) => those.sort((a, b) => weight[b.row] - weight[a.row] || a.row - b.row),
    name: (those) => those.sort((a, b) => alphabet()[line.get(a.row)] - alphabet()[line.get(b.row)]),
  };
  let order = "gain";
  function fill(selector, entries, before, after) {
    const list = changes.querySelector(selector), those = entries.filter(({ row }) => after.weight[row] > 0);
    ORDERS[order]?.(those, after);
    const item = ({ row, less, kind }) => {
      const line = make("li");
      const ways = kind === "reached" ? tell("gain_reached", { after: far(after, row) })
        : kind === "cut" ? tell("gain_cut")
          : tell("gain", { before: far(before, row), after: far(after, row) });
      const by = Number.isFinite(less) ? `${less > 0 ? "−" : "+"}${length(Math.abs(less))}` : "";
      line.append(make("span", tell("people_of", { name: district(row), people: people(after.weight[row]) })), make("small", ways), make("span", by, { class: "number" }));
      return line;
    };
    Page.put(list.previousElementSibling, those.length ? tell("districts_count", { n: number(those.length) }) : "");
    list.replaceChildren(...(those.length ? those.slice(0, FIRST).map(item) : [make("li", tell("nobody"))]));
    if (those.length > FIRST) waiting.push(() => list.append(...those.slice(FIRST).map(item)));
  }

  // The table: Python wrote today, the columns of the plans are filled here.
  const way = (result, row) => result.site[row] < 0 ? tell(Model.lacks(result, row)) : km(result.km[row]);
  const goal = (result, row) => result.site[row] < 0 ? "–" : place(result.site[row]);
  const rank = (result, row) => result.site[row] < 0 ? NaN : data.sites.rank[document.documentElement.lang][result.site[row]];

  function drawTable(a, b) {
    const lines = listed.map((row) => {
      const less = Math.round(b.km[row]) - Math.round(a.km[row]);
      const change = Number.isNaN(less) ? "–" : tell("km", { n: signed(number(less), less) });
      return { cells: [way(a, row), goal(a, row), way(b, row), goal(b, row), change], sizes: [a.km[row], rank(a, row), b.km[row], rank(b, row), less] };
    });
    lines.forEach(({ cells }, line) => cells.forEach((text, column) => {
      const shown = live[line][column];
      if (shown.text !== text) shown.cell.textContent = shown.text = text;
    }));
    for (let column = 0; column < 5; column++) {
      data.ranks[FIRST_LIVE + column] = ranked(lines.map(({ sizes }) => sizes[column]));
    }
    const sorted = heads.findIndex((head) => head.getAttribute("aria-sort") !== "none");
    if (sorted >= FIRST_LIVE) Page.resort();
  }

  function ranked(values) {
    const order = [...new Set(values.filter((value) => !Number.isNaN(value)))].sort((a, b) => a - b);
    const places = new Map(order.map((value, at) => [value, at]));
    return values.map((value) => places.get(value) ?? null);
  }

  function csv() {
    const results = plans.map(Model.evaluate), { id, name, people: everyone, women, registered: listed = everyone, registered_women: listedWomen = women } = data.districts;
    const counts = { residents: everyone, resident_women: women, registered: listed, registered_women: listedWomen };
    const there = Object.keys(counts).filter((count) => counts[count]);
    const head = ["district_id", "name", ...there];
    const each = ["distance_km", "travel_min", "nearest_site_id"];
    const lines = id.map((key, row) => [
      key, Page.say(name[row]), ...there.map((count) => (data.districts.unknown?.[row] ? "" : counts[count][row])),
      ...results.flatMap((r) => r.site[row] < 0 ? ["", "", ""]
        : [r.km[row].toFixed(data.held ? 1 : 3), r.minutes[row].toFixed(data.held ? 1 : 2), data.sites.id[r.site[row]]]),
    ]);
    const title = [...head, ...["a", "b"].flatMap((plan) => each.map((column) => `${plan}_${column}`))];
    Files.handText("plans.csv", "text/csv", Files.csv([title, ...lines]));
  }

  for (const choice of all("[name=group]")) {
    choice.addEventListener("change", () => { counted.group = choice.value; draw(); });
  }
  for (const choice of all("[name=order]")) {
    choice.addEventListener("change", () => { order = choice.value; draw([]); });
  }
  unknown.addEventListener("change", () => { counted.unknown = unknown.checked; draw(); });
  registered.addEventListener("change", () => { counted.registered = registered.checked; draw(); });
  for (const tab of tabs) {
    tab.addEventListener("click", () => {
      show(tab.dataset.tab);
      held = LETTERS.indexOf(tab.dataset.tab);
      draw([]);
    });
  }
  undo.addEventListener("click", () => back(-1));
  redo.addEventListener("click", () => back(1));
  addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase(), own = event.target.matches("[type=search], .name, .code");
    if (!(event.ctrlKey || event.metaKey) || event.altKey || own || !["z", "y"].includes(key)) return;
    event.preventDefault();
    back(key === "y" || event.shiftKey ? 1 : -1);
  });
  addEventListener("beforeunload", (event) => { if (past.unsaved(plans)) event.preventDefault(); });
  document.getElementById("csv").addEventListener("click", csv);
  // A district is chosen on a map, in the list or in the table.
  function choose(row) {
    for (const line of all("[aria-current]")) line.removeAttribute("aria-current");
    if (row !== null) rows[data.rows.indexOf(row)]?.setAttribute("aria-current", "true");
    Chosen.choose(row, shown);
    panels.forEach((panel) => panel.choose(row));
    if (row !== null) Page.announce(document.querySelector(".chosen .live-people").textContent);
  }
  Chosen.pick.addEventListener("change", () => choose(Chosen.pick.value ? Number(Chosen.pick.value) : null));
  on("choose", (row) => choose(data.rows[row]));
  on("language", () => draw());
  for (const element of all(".live")) element.hidden = false;
  show("a");
  draw();
})();
