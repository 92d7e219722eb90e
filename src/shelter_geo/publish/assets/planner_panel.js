"use strict";
// Constant for a release. One plan: its figures, its map, its lists and its file.
const Panel = (() => {
  const { data, all, make, put, announce } = Page;
  const { tell, number, signed, marked, people, km, duration, district, site, place } = Words;
  const { span, byReading } = Bar;
  const { sites } = data;
  const WORST = 5, OFFERED = 24;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  // Rows that already stand where they should are not touched.
  function arrange(list, rows) {
    rows.forEach((row, at) => {
      if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
    });
    while (list.children.length > rows.length) list.lastElementChild.remove();
  }

  return (letter, plan, { changed, become, count, keep, show, picked }) => {
    const box = document.getElementById(`plan-${letter}`);
    const find = (selector) => box.querySelector(selector);
    const opened = find(".opened ul"), free = find(".free ul"), search = find(".find"), name = find(".name"), left = find(".left"), unsure = find(".unsure");
    const prices = Costs.fields(find(".prices"), () => plan, changed);
    const openRows = new Map(), freeRows = new Map(), rest = make("li", "", { class: "hint" });
    let result = null;
    box.hidden = false;
    for (const element of all(".nojs", box)) element.remove();

    // Places that nobody published are counted in the sums, and no number of them is shown until the reader sets one.
    const unpublished = (at) => Boolean(sites.shelter[at] && sites.assumed[at] && plan.places[at] === sites.places[at]);
    const guessed = (at) => !sites.shelter[at] && plan.places[at] === data.new_places;
    const written = (at) => (unpublished(at) ? "" : String(plan.places[at]));
    const silent = (text) => tell("known", { text, how: tell("unpublished") });
    const lacks = Model.lacks, title = () => plan.name || (Model.isToday(plan) ? tell("today") : tell(`plan_${letter}`));

    const tip = {
      spot: (spot) => [place(spot.sites[0]), ...spot.sites.filter((at) => sites.shelter[at] || plan.open[at])
        .map((at) => plan.open[at]
          ? unpublished(at) ? silent(site(at)) : tell("site_open", { name: sites.shelter[at] ? site(at) : tell("new_shelter"), n: marked(number(plan.places[at]), guessed(at)) })
          : tell("site_closed", { name: site(at) })),
      ...(spot.single && !plan.open[spot.sites[0]] ? [tell("site_free")] : [])],
      district: (row) => result.site[row] < 0
        ? [district(row), tell(lacks(result, row))]
        : [district(row), `${km(result.km[row])} · ${duration(result.minutes[row])}`, place(result.site[row])],
    };
    const chart = Chart(find(".sheet"), (spot) => {
      const shelter = spot.sites.find((at) => sites.shelter[at]);
      if (shelter === undefined) return toggle(spot.sites[0], !plan.open[spot.sites[0]]);
      announce(tell("choose_in_list", { name: place(shelter) }));
      return openRows.get(shelter).tick.focus();
    }, tip, picked);

    function toggle(at, open) {
      show();
      if (open) Model.openSite(plan, at);
      else plan.open[at] = 0;
      changed();
      announce(tell(open ? "opened" : "closed", { name: site(at), km: km(result.mean) }));
    }

    // Shelters of the plan
    function openRow(at) {
      const row = make("li"), label = make("label", undefined, { class: "tick" });
      const tick = make("input", undefined, { type: "checkbox" }), what = make("span");
      const count = make("input", undefined, { class: "count", type: "text", inputmode: "numeric", maxlength: "6", autocomplete: "off" });
      const unit = make("span", undefined, { class: "unit", "aria-hidden": "true" }), load = make("small");
      tick.addEventListener("change", () => {
        toggle(at, tick.checked);
        if (!sites.shelter[at]) search.focus();
      });
      count.addEventListener("input", () => {
        const blank = !count.value && sites.shelter[at] && sites.assumed[at];
        const wanted = blank ? sites.places[at] : Number(count.value);
        const right = blank || /^[0-9]+$/.test(count.value) && wanted >= 1 && wanted <= Model.MOST;
        count.setAttribute("aria-invalid", String(!right));
        if (!right) {
          put(load, tell("bad_places", { most: number(Model.MOST) }));
          announce(load.textContent);
          return;
        }
        plan.places[at] = wanted;
        changed(`places ${at}`);
      });
      count.addEventListener("blur", () => {
        count.value = written(at);
        if (count.getAttribute("aria-invalid") === "true") put(load, loadOf(at, inOrder()));
        count.removeAttribute("aria-invalid");
      });
      label.append(tick, what);
      row.append(label, count, unit, load);
      return { row, tick, what, count, unit, load };
    }

    // Shelters of one settlement stand together, and the last of them sums up who is near.
    function inOrder() {
      const first = new Map();
      const shown = sites.id.map((_, at) => at).filter((at) => sites.shelter[at] || plan.open[at])
        .sort((a, b) => sites.shelter[b] - sites.shelter[a] || a - b);
      for (const at of shown) if (!first.has(sites.settlement[at])) first.set(sites.settlement[at], first.size);
      return shown.sort((a, b) => first.get(sites.settlement[a]) - first.get(sites.settlement[b]));
    }

    function loadOf(at, shown) {
      if (!plan.open[at]) return tell("is_closed");
      if (!Model.admits(at, plan)) return tell("not_for_group");
      const same = shown.filter((near) => sites.settlement[near] === sites.settlement[at]);
      const useful = same.filter((near) => plan.open[near] && Model.admits(near, plan));
      if (useful.at(-1) !== at) return "";
      const load = same.reduce((sum, near) => sum + result.load[near], 0);
      const key = Model.counted.group === "all" ? "load_of" : "load_of_group";
      return tell(key, { place: place(at), people: people(load), n: byReading(span(load / data.norm * data.persons, load / data.norm * data.most_persons)) });
    }

    function drawOpened() {
      const shown = inOrder();
      for (const at of shown) {
        if (!openRows.has(at)) openRows.set(at, openRow(at));
        const { row, tick, what, count, unit, load } = openRows.get(at);
        tick.checked = Boolean(plan.open[at]);
        put(what, site(at));
        row.classList.toggle("added", !sites.shelter[at]);
        count.disabled = !plan.open[at];
        const named = tell("places_of", { name: site(at) });
        count.setAttribute("aria-label", unpublished(at) ? silent(named) : named);
        if (document.activeElement !== count) count.value = written(at);
        put(unit, unpublished(at) ? tell("unpublished") : marked(tell("places"), guessed(at)));
        put(load, loadOf(at, shown));
      }
      arrange(opened, shown.map((at) => openRows.get(at).row));
    }

    // Sites that could be opened
    function freeRow(at) {
      const row = make("li"), button = make("button", undefined, { type: "button" });
      const what = make("span", undefined, { class: "what" }), where = make("small"), gain = make("span", undefined, { class: "number" });
      button.append(what, where, gain);
      button.addEventListener("click", () => {
        toggle(at, true);
        // With the next picture: sooner, the browser would have to lay the page out twice.
        requestAnimationFrame(() => {
          if (!openRows.has(at)) return;
          const { row: added, count: wanted } = openRows.get(at);
          wanted.focus({ preventScroll: true });
          wanted.select();
          added.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
        });
      });
      row.append(button);
      return { row, what, where, gain };
    }

    function gainOf(entry) {
      if (entry.reaches) {
        const reaches = tell("reaches", { people: people(entry.reaches) });
        return entry.some ? tell("at_least", { text: reaches }) : reaches;
      }
      if (!entry.nearer) return tell(entry.some ? "not_held" : "none_nearer");
      const digits = Math.abs(entry.change) < 9.95 ? 1 : 0;
      const text = tell("near", { km: tell("km", { n: signed(number(entry.change, digits), entry.change) }) });
      return entry.some ? tell("at_least", { text }) : text;
    }

    // A name is found in every language.
    const names = new Map();
    function wanted(at, query) {
      const numbers = [sites.name[at], data.districts.name[sites.district[at]]];
      if (!names.has(at)) names.set(at, Page.fold(numbers.map((text) => data.text[text]).flat().join(" ")));
      return names.get(at).includes(query);
    }

    // Only the most helpful are listed; a name finds the others, and so does the map.
    function drawFree() {
      const query = Page.fold(search.value);
      const found = Model.promises(plan, result).filter((entry) => !query || wanted(entry.site, query));
      const rows = found.slice(0, OFFERED).map((entry) => {
        if (!freeRows.has(entry.site)) freeRows.set(entry.site, freeRow(entry.site));
        const { row, what, where, gain } = freeRows.get(entry.site);
        const around = district(sites.district[entry.site]);
        put(what, site(entry.site));
        put(where, around === what.textContent ? "" : around);
        put(gain, gainOf(entry));
        return row;
      });
      const more = found.length - rows.length;
      if (more) put(rest, tell("more_sites", { n: number(more) }));
      arrange(free, more ? [...rows, rest] : rows);
      return found.map((entry) => entry.site);
    }
    search.addEventListener("input", () => announce(tell("sites_found", { n: number(drawFree().length) })));
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && drawFree().length) free.querySelector("button").click();
      if (event.key === "Escape") { search.value = ""; drawFree(); }
    });

    const worst = [];
    function drawWorst() {
      const rows = [...result.km.keys()].filter((row) => result.site[row] >= 0 && result.weight[row] > 0)
        .sort((a, b) => result.km[b] - result.km[a] || a - b).slice(0, WORST);
      rows.forEach((row, rank) => {
        worst[rank] ??= entryRow();
        const [where, size, far] = worst[rank].children;
        put(where, district(row));
        put(size, people(result.weight[row]));
        put(far, km(result.km[row]));
      });
      arrange(find(".worst ol"), worst.slice(0, rows.length));
    }
    function entryRow() {
      const item = make("li");
      item.append(make("span"), make("small"), make("span", undefined, { class: "number" }));
      return item;
    }

    // Districts of which the page does not hold the nearest open site stand in no figure of the plan.
    function drawUnsure() {
      const rows = result.hidden ? [...result.unsure.keys()].filter((row) => result.unsure[row] && result.weight[row]) : [];
      unsure.hidden = !rows.length;
      put(unsure, rows.length ? tell("unsure", { n: number(rows.length), people: people(result.hidden) }) : "");
    }

    function draw(mine, afresh) {
      result = mine;
      drawUnsure();
      if (!afresh) return;
      Best.stop();
      put(said, "");
      Scenario.speak(plan);
      left.hidden = !plan.left.length;
      put(left, plan.left.length ? tell("left_out", { what: Scenario.said(plan.left) }) : "");
      name.placeholder = Model.isToday(plan) ? tell("today") : tell("name_it");
      if (document.activeElement !== name) name.value = plan.name;
      if (document.activeElement !== coded) coded.value = Past.code(plan);
      box.classList.toggle("is-today", Model.isToday(plan));
      find(".to-today").disabled = Model.isToday(plan) && !plan.name && !Costs.priced(plan);
      prices();
      drawWorst();
      drawOpened();
      drawFree();
      chart.draw(plan, result);
      chart.svg.setAttribute("aria-label", `${tell(`plan_${letter}`)}: ${title()}. ${tell("map_help")}`);
    }

    function take(next) {
      plan = next;
      openRows.clear();
      opened.replaceChildren();
    }
    function load(next, message) {
      take(next);
      become(next);
      announce(message);
    }

    name.addEventListener("input", () => { plan.name = name.value.trim(); changed("name"); });
    find(".to-today").addEventListener("click", () => {
      name.value = "";
      load(Model.today(), tell("is_today", { plan: tell(`plan_${letter}`) }));
    });
    for (const button of all("[data-suggestion]", box)) {
      const entry = data.suggestions[button.dataset.suggestion];
      button.addEventListener("click", () => {
        const next = Model.suggested(entry);
        next.name = Page.say(entry.name);
        load(next, tell("is_loaded", { plan: tell(`plan_${letter}`), name: next.name }));
      });
    }

    const file = find("[type=file]"), fault = find(".fault");
    async function pick() {
      fault.textContent = "";
      try {
        const [picked] = file.files;
        const text = picked.size > Scenario.LARGEST ? null : await picked.text();
        const { plan: next, registered } = Scenario.read(text);
        load(next, tell("is_loaded", { plan: tell(`plan_${letter}`), name: next.name }));
        keep();
        count(registered);
      } catch (error) {
        fault.textContent = error.message;
      }
      file.value = "";
    }
    const spare = `plan-${letter}`;
    const pictured = () => [chart.svg, `${tell(`plan_${letter}`)}: ${title()}`, result, `${left.textContent} ${unsure.textContent}`.trim()];
    const acts = {
      save: () => {
        const { id, text } = Scenario.write(plan, spare, title());
        Files.handText(`${id}.toml`, "application/toml", text);
        keep();
      },
      load: () => file.click(),
      print: () => window.print(),
      svg: () => Files.handText(`${Files.slug(plan.name, spare)}.svg`, "image/svg+xml", Picture.svg(...pictured())),
      png: () => Picture.png(...pictured(), `${Files.slug(plan.name, spare)}.png`),
    };
    for (const button of all("[data-act]", box)) button.addEventListener("click", acts[button.dataset.act]);
    file.addEventListener("change", pick);

    // The field holds the plan's code; another code put into it is loaded.
    const coded = find(".code");
    coded.addEventListener("focus", () => coded.select());
    coded.addEventListener("input", () => {
      const next = Past.decoded(coded.value);
      fault.textContent = next || !coded.value.trim() ? "" : tell("bad_code");
      if (next) load(next, tell("is_loaded", { plan: tell(`plan_${letter}`), name: next.name }));
    });
    coded.addEventListener("blur", () => { coded.value = Past.code(plan); fault.textContent = ""; });
    find(".copy").addEventListener("click", () => {
      coded.select();
      // What a browser refuses is said, and the code stays marked for a copy by hand.
      if (!document.execCommand("copy")) return announce(fault.textContent = tell("not_copied"));
      fault.textContent = "";
      keep();
      return announce(tell(plan.left.length ? "copied_partly" : "copied"));
    });
    box.addEventListener("pointerdown", () => show());

    // Best from here
    const said = find(".best .hint"), aim = find(".aim"), many = find(".many");
    async function best(wanted) {
      const [kind, limit] = aim.value.split(" ");
      put(said, tell("searching"));
      const answer = await Best.search(plan, { kind, limit: Number(limit ?? 0) }, wanted);
      if (!answer) return;
      for (const at of answer.sites) Model.openSite(plan, at);
      if (answer.sites.length) changed();
      const names = answer.sites.map(site).join(", "), near = answer.whole ? "best_near" : "best_held";
      put(said, !names ? tell(answer.whole ? "best_none" : "best_none_held") : tell(answer.exact ? "best_exact" : near, { names, n: number(answer.tried) }));
      announce(said.textContent);
    }
    for (const button of all("[data-best]", box)) {
      button.addEventListener("click", () => best(button.dataset.best === "next" ? 1 : Number(many.value)));
    }

    return { draw, take, choose: (row) => chart.choose(row, result) };
  };
})();
