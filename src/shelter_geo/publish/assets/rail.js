"use strict";
// Constant for a release. What stands beside the map: search, the chosen place, the short list, switches.
(() => {
  const { data, all, say, on, tell, announce, make, rows, cells, titles, mark, find } = Page;
  const { map, areas, lines, spoken, showLayer, goTo, calm } = Chart;
  const card = document.getElementById("card");
  const short = document.getElementById("short");
  const search = document.getElementById("find");
  for (const element of all(".rail")) element.hidden = false;

  let chosen = null, halo = null, found = null;

  function drawHalo(row) {
    halo?.remove();
    halo = null;
    if (row === null) return;
    const around = (className) => L.geoJSON(areas[row].feature, {
      pane: "halo", interactive: false, smoothFactor: 0, style: () => ({ className }),
      pointToLayer: (_, place) => L.circleMarker(place, { pane: "halo", radius: 11 }),
    });
    halo = L.layerGroup([around("halo wide"), around("halo")]).addTo(map);
  }

  function drawRoute(before, after) {
    const old = lines[before], next = lines[after];
    const parts = (route) => route.getLayers().flatMap((line) => line.getLayers());
    if (old) for (const part of parts(old)) part.getElement()?.classList.remove("chosen");
    if (old?.lent) old.remove();
    map.getContainer().classList.toggle("choice", next !== undefined);
    if (!next) return;
    next.lent = !map.hasLayer(next);
    next.addTo(map);
    for (const part of parts(next)) part.bringToFront().getElement().classList.add("chosen");
  }

  function fillCard() {
    card.hidden = chosen === null;
    short.hidden = chosen !== null;
    if (chosen === null) return;
    const cell = cells(chosen), title = titles();
    card.querySelector("h3").textContent = cell[0];
    card.querySelector(".mark").textContent = mark(chosen);
    card.querySelector("dl").replaceChildren(...cell.slice(1).map((text, column) => {
      const pair = make("div");
      pair.append(make("dt", title[column + 1]), make("dd", text));
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
      const cell = cells(row);
      button.append(make("span", cell[0]), make("span", cell[data.spoken[0]], { class: "number" }));
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
