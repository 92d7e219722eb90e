"use strict";
// Constant for a release. Draws the layers of the inert block with Leaflet; places are its stops.
const Chart = (() => {
  const { data, all, say, on, tell, make, cells, mark } = Page;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const touch = matchMedia("(pointer: coarse)").matches;
  for (const element of all(".frame")) element.hidden = false;

  L.Renderer.mergeOptions({ padding: 0.6 });
  const map = L.map("map", {
    zoomControl: false, attributionControl: false, scrollWheelZoom: false, dragging: !touch,
    zoomSnap: 0.1, zoomDelta: 0.7, maxZoom: 12, maxBoundsViscosity: 0.8,
    zoomAnimation: !calm, fadeAnimation: false, markerZoomAnimation: !calm, inertia: !calm,
  });
  ["ground", "areas", "stipple", "halo", "lines", "points", "names", "signs"].forEach((name, rank) => {
    map.createPane(name).style.zIndex = String(300 + 20 * rank);
  });

  // The view
  const bounds = L.latLngBounds(data.bounds);
  let whole = true, fitting = false;

  function showWhole() {
    fitting = true;
    map.setMinZoom(0).fitBounds(bounds, { padding: [14, 14], animate: false });
    map.setMinZoom(map.getZoom() - 0.7);
    fitting = false;
    whole = true;
  }

  function showScale() {
    const middle = map.getSize().divideBy(2);
    const metres = map.distance(map.containerPointToLatLng(middle.subtract([50, 0])),
      map.containerPointToLatLng(middle.add([50, 0])));
    const pixels = (km) => km * 1e5 / metres;
    const km = Object.keys(data.words.scale).map(Number).filter((step) => pixels(step) <= 120).at(-1);
    const bar = document.querySelector(".scale");
    bar.hidden = km === undefined;
    if (km === undefined) return;
    bar.style.width = `${pixels(km)}px`;
    bar.firstElementChild.textContent = say(data.words.scale[km]);
  }

  // Places: one stop of the Tab key for all of them, arrow keys walk among those that are shown.
  let stops = [];
  const spoken = (row) => {
    const cell = cells(row);
    const facts = data.spoken.map((column) => cell[column]).filter((text) => /[\p{L}\p{N}]/u.test(text));
    return [cell[0], facts.join(" · "), mark(row)].filter(Boolean);
  };
  const told = (layer) => {
    const { row, tip } = layer.feature.properties;
    return row === undefined ? tip.map(say) : spoken(row);
  };
  const at = (layer) => layer.getLatLng ? layer.getLatLng() : layer.getBounds().getCenter();
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function bubble(layer) {
    const box = make("div");
    told(layer).forEach((line, rank) => box.append(make(rank ? "div" : "strong", line)));
    return box;
  }

  function makeStop(layer, act) {
    layer.bindTooltip(bubble, { sticky: !layer.getLatLng, direction: "top", opacity: 1 });
    layer.on("add", () => {
      const element = layer.getElement();
      element.setAttribute("role", act ? "button" : "img");
      element.addEventListener("keydown", (event) => onKey(event, layer, act));
      element.addEventListener("focus", () => setStop(layer));
      stops.push(layer);
      name(layer);
      setStop(stops[0]);
    });
    layer.on("remove", () => {
      stops = stops.filter((stop) => stop !== layer);
      setStop(stops[0]);
    });
    if (act) layer.on("click", act);
  }

  const name = (layer) => layer.getElement().setAttribute("aria-label", told(layer).join(", "));

  function setStop(layer) {
    for (const stop of stops) stop.getElement().setAttribute("tabindex", stop === layer ? "0" : "-1");
  }

  function onKey(event, layer, act) {
    if (event.key === "Escape") {
      layer.closeTooltip();
      tell("choose", null, "map");
    } else if (act && (event.key === "Enter" || event.key === " ")) {
      act();
    } else if (steps[event.key]) {
      walk(layer, steps[event.key]);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  function walk(from, [dx, dy]) {
    const here = map.latLngToLayerPoint(at(from));
    let next = null, least = Infinity;
    for (const stop of stops) {
      const way = map.latLngToLayerPoint(at(stop)).subtract(here);
      const along = way.x * dx + way.y * dy;
      const cost = along + 2 * (Math.abs(way.x * dy) + Math.abs(way.y * dx));
      if (along > 0 && cost < least) [next, least] = [stop, cost];
    }
    if (next) goTo(next);
  }

  function goTo(layer) {
    map.panInside(at(layer), { padding: [40, 40], animate: false });
    layer.getElement().focus({ preventScroll: true });
  }

  // Shapes come as steps of ten-thousandths of a degree.
  function unpack(part) {
    if (typeof part[0] !== "number") return part.map(unpack);
    let x = 0, y = 0;
    const positions = [];
    for (let i = 0; i < part.length; i += 2) {
      positions.push([(x += part[i]) / 1e4, (y += part[i + 1]) / 1e4]);
    }
    return positions;
  }

  function feature({ is, type = "Point", at: steps }) {
    const coordinates = type === "Point" ? unpack(steps)[0] : unpack(steps);
    return { type: "Feature", properties: is, geometry: { type, coordinates } };
  }

  // Layers
  const ranks = { district: 1, country: 2, sea: 2, lake: 3 };
  const areas = [], lines = [], labels = [], layers = {};
  const symbol = (feature) => feature.properties.symbol;
  const disc = (pane) => (_, place) => L.circleMarker(place, { pane, radius: 8 });

  const draw = {
    ground: (features) => L.geoJSON(features, {
      pane: "ground", interactive: false, smoothFactor: 0.6,
      style: (feature) => ({ className: `ground ${symbol(feature)}` }),
    }),
    areas: (features) => L.layerGroup([
      L.geoJSON(features, {
        pane: "areas", smoothFactor: 0, bubblingMouseEvents: false, pointToLayer: disc("areas"),
        style: (feature) => ({ ...feature.properties.style, className: "area" }),
        onEachFeature: (feature, area) => {
          const { row } = feature.properties;
          areas[row] = area;
          makeStop(area, () => tell("choose", row, "map"));
        },
      }),
      L.geoJSON(features.filter((feature) => symbol(feature) === "apart"), {
        pane: "stipple", interactive: false, smoothFactor: 0, pointToLayer: disc("stipple"),
        style: () => ({ className: "stippled", fillColor: "url(#stipple)" }),
      }),
    ]),
    lines: (features) => L.layerGroup(features.map((feature) => {
      const line = L.layerGroup(["route casing", "route"].map((className) => L.geoJSON(feature, {
        pane: "lines", interactive: false, smoothFactor: 0.6, style: () => ({ className }),
      })));
      lines[feature.properties.row] = line;
      return symbol(feature) === "spare" ? null : line;
    }).filter(Boolean)),
    points: (features) => L.layerGroup(features.flatMap((feature) => {
      const place = L.GeoJSON.coordsToLatLng(feature.geometry.coordinates);
      const point = symbol(feature) === "settlement"
        ? L.circleMarker(place, { pane: "points", radius: 2.4, className: "settlement" })
        : L.marker(place, { pane: "signs", icon: sign(symbol(feature)), keyboard: false });
      point.feature = feature;
      makeStop(point, null);
      return "name" in feature.properties ? [point, label(feature)] : [point];
    })),
    names: (features) => L.layerGroup(features.map(label)),
  };

  function sign(kind) {
    const picture = L.SVG.create("svg"), use = L.SVG.create("use");
    use.setAttribute("href", `#${kind}`);
    picture.setAttribute("aria-hidden", "true");
    picture.append(use);
    return L.divIcon({ className: `sign ${kind}`, html: picture, iconSize: [26, 26] });
  }

  function label(feature) {
    const text = make("span", say(feature.properties.name), { "data-t": feature.properties.name });
    const icon = L.divIcon({ className: `label ${symbol(feature)}`, html: text, iconSize: [0, 0] });
    const place = L.GeoJSON.coordsToLatLng(feature.geometry.coordinates);
    const marker = L.marker(place, { pane: "names", icon, interactive: false, keyboard: false });
    labels.push({ text, rank: ranks[symbol(feature).split(" ")[0]] ?? 0 });
    return marker;
  }

  // Names give way to each other: cities with a sign first, then as Python ranked them.
  function tidyNames() {
    const edge = map.getContainer().getBoundingClientRect();
    const signs = stops.filter((stop) => stop.getIcon).map((stop) => stop.getElement());
    const taken = signs.map((element) => element.getBoundingClientRect());
    const gap = edge.width < 500 ? 6 : 1;
    const clash = (a, b) => a.left - gap < b.right && b.left - gap < a.right &&
      a.top - gap < b.bottom && b.top - gap < a.bottom;
    for (const { text } of labels) {
      const box = text.getBoundingClientRect();
      const inside = box.left >= edge.left && box.right <= edge.right &&
        box.top >= edge.top && box.bottom <= edge.bottom;
      const shown = inside && !taken.some((other) => clash(box, other));
      text.classList.toggle("hidden", !shown);
      if (shown && box.width) taken.push(box);
    }
  }

  function showLayer(key, shown) {
    if (shown) layers[key].addTo(map);
    else layers[key].remove();
    tidyNames();
  }

  function fitPaper(paper) {
    map.getContainer().classList.toggle("paper", paper);
    map.invalidateSize({ animate: false, pan: false });
    if (whole || paper) showWhole();
    tidyNames();
  }

  showWhole();
  map.setMaxBounds(bounds.pad(0.5));
  for (const layer of data.layers) layers[layer.key] = draw[layer.role](layer.features.map(feature));
  labels.sort((a, b) => a.rank - b.rank);
  for (const layer of data.layers) if (layer.show) layers[layer.key].addTo(map);
  for (const svg of all("#map .leaflet-areas-pane > svg")) svg.setAttribute("role", "group");
  showScale();
  tidyNames();

  map.on("zoomstart dragstart", () => { whole = whole && fitting; });
  map.on("moveend", () => { showScale(); tidyNames(); });
  map.on("resize", () => { if (whole) showWhole(); });
  map.on("click", () => tell("choose", null, "map"));
  map.getContainer().addEventListener("focusin", () => map.scrollWheelZoom.enable());
  map.getContainer().addEventListener("focusout", () => map.scrollWheelZoom.disable());
  window.addEventListener("beforeprint", () => fitPaper(true));
  window.addEventListener("afterprint", () => fitPaper(false));
  const zoom = { in: () => map.zoomIn(), out: () => map.zoomOut(), whole: showWhole };
  for (const button of all("[data-zoom]")) button.addEventListener("click", zoom[button.dataset.zoom]);
  on("language", () => { stops.forEach(name); showScale(); tidyNames(); });

  return { map, areas, lines, spoken, showLayer, goTo, calm };
})();
