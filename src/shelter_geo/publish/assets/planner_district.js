"use strict";
// Constant for a release. One district: its people, where it goes today and in each plan, and why.
const Chosen = (() => {
  const { data, make, put } = Page;
  const { tell, number, signed, people, km, duration, district, place } = Words;
  const box = document.querySelector(".chosen"), pick = document.getElementById("district");
  const lines = Page.all("tbody tr", box);
  const regions = data.districts.region, more = box.querySelector(".beyond");
  let row = null, spoken = document.documentElement.lang;

  // The options are in the order of the table, farthest today first.
  pick.append(...data.rows.map((each) => make("option", district(each), { value: each })));

  // How much farther the next best is: between numbers as they are shown.
  function farther(result, next) {
    if (next.site < 0) return "–";
    if (data.by_time) return duration(next.minutes - result.minutes[row]);
    const more = Math.round(next.km) - Math.round(result.km[row]);
    return tell("km", { n: more ? signed(number(more), more) : number(0) });
  }
  function cells(result) {
    const at = result.site[row];
    const own = regions ? [Beyond.near(result, row)] : [];
    if (at < 0) return [tell(Model.lacks(result, row)), "–", "–", "–", "–", ...own];
    const next = Model.second(result, row);
    return [place(at), km(result.km[row]), duration(result.minutes[row]),
      !next ? tell("no_other") : next.site < 0 ? tell("not_held") : place(next.site), next ? farther(result, next) : "–", ...own];
  }

  function draw(results) {
    if (spoken !== document.documentElement.lang) {
      spoken = document.documentElement.lang;
      for (const option of pick.options) if (option.value) put(option, district(option.value));
    }
    pick.value = row === null ? "" : String(row);
    box.querySelector(".scroll").hidden = row === null;
    put(box.querySelector(".live-people"), row === null ? "" : data.districts.unknown?.[row] ? tell("people_unknown", { name: district(row) })
      : tell("people_of", { name: district(row), people: people(results[0].weight[row]) }));
    put(box.querySelector(".why"), row === null ? "" : tell(Model.counted.group === "all" ? "why_all" : "why_group"));
    more.replaceChildren(...(row === null ? [] : Beyond.lines(row)).map((line) => make("li", line)));
    if (row === null) return;
    results.forEach((result, at) => cells(result).forEach((text, column) => put(lines[at].cells[column + 1], text)));
  }

  function choose(next, results) {
    row = next;
    draw(results);
  }
  return { draw, choose, pick, get row() { return row; } };
})();
