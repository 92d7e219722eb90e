"use strict";
// Constant for a release. What stands beside the map: search, the chosen place, the short list, switches.
(() => {
  const { data, all, say, on, tell, announce, make, rows, cell, titles, mark, find } = Page;
  const { map, areas, road, spoken, showLayer, goTo, calm } = Chart;
  const card = document.getElementById("card");
  const short = document.getElementById("short");
  const search = document.getElementById("find");
  for (const element of all(".rail")) element.hidden = false;

  let chosen = null, halo = null, found = null;

  function drawHalo(row) {
    halo?.remove();
    halo = null;
    if (row === null) return;
    const around = (className) => areas[row].getLatLngs
      ? L.polygon(areas[row].getLatLngs(), { pane: "halo", className, smoothFactor: 0, interactive: false })
      : L.circleMarker(areas[row].getLatLng(), { pane: "halo", className, radius: 11, interactive: false });
    halo = L.layerGroup([around("halo wide"), around("halo")]).addTo(map);
  }

  function drawRoute(before, after) {
    const old = road(before), next = road(after);
    for (const part of old?.getLayers() ?? []) part.getElement()?.classList.remove("chosen");
    if (old?.lent) old.remove();
    map.getContainer().classList.toggle("choice", next !== undefined);
    if (!next) return;
    next.lent = !map.hasLayer(next);
    next.addTo(map);
    for (const part of next.getLayers()) part.bringToFront().getElement().classList.add("chosen");
  }

  function fillCard() {
    card.hidden = chosen === null;
    short.hidden = chosen !== null;
    if (chosen === null) return;
    const title = titles();
    card.querySelector("h3").textContent = cell(chosen, 0);
    card.querySelector(".mark").textContent = mark(chosen);
    card.querySelector("dl").replaceChildren(...title.slice(1).map((head, column) => {
      const pair = make("div");
      pair.append(make("dt", head), make("dd", cell(chosen, column + 1)));
      return pair;
    }));
  }

  function choose(row, from) {
    if (chosen !== null) {
      rows[chosen].removeAttribute("aria-current");
      areas[chosen].getElement().removeAttribute("aria-pressed");
    }
    drawHalo(row);
    drawRoute(chosen, row);
    chosen = row;
    fillCard();
    if (row === null) return;
    rows[row].setAttribute("aria-current", "true");
    areas[row].getElement().setAttribute("aria-pressed", "true");
    announce(spoken(row).join(", "));
    if (from === "table") {
      map.getContainer().scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
      goTo(areas[row]);
    }
  }

  function fillShort() {
    short.querySelector("ol").replaceChildren(...data.short.map((row) => {
      const item = make("li"), button = make("button", undefined, { type: "button" });
      button.append(make("span", cell(row, 0)), make("span", cell(row, data.spoken[0]), { class: "number" }));
      button.addEventListener("click", () => {
        tell("choose", row, "list");
        document.getElementById("let-go").focus();
      });
      item.append(button);
      return item;
    }));
  }

  function dim() {
    areas.forEach((area, row) => {
      area.getElement().classList.toggle("dim", found !== null && !found.includes(row));
    });
  }

  on("choose", choose);
  on("found", (matches) => { found = matches; dim(); });
  on("language", () => { fillShort(); fillCard(); });
  fillShort();

  search.addEventListener("input", () => find(search.value));
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      search.value = "";
      find("");
    } else if (event.key === "Enter" && search.value.trim()) {
      const [first] = find(search.value);
      if (first !== undefined) tell("choose", first, "search");
    }
  });
  document.getElementById("let-go").addEventListener("click", () => {
    tell("choose", null, "card");
    search.focus();
  });
  document.getElementById("show-row").addEventListener("click", () => {
    rows[chosen].hidden = false;
    rows[chosen].scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    rows[chosen].querySelector("button").focus({ preventScroll: true });
  });
  for (const box of all("[data-layer]")) {
    box.addEventListener("change", () => showLayer(box.dataset.layer, box.checked));
  }
})();
