"use strict";
// Constant for a release. Draws the layers of the inert block with Leaflet; places are its stops.
const Chart = (() => {
  const { data, all, say, on, tell, make, cell, mark } = Page;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const touch = matchMedia("(pointer: coarse)").matches;
  for (const element of all(".still")) element.remove();
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
  const stops = new Map(), bubbles = [];
  let here = null;
  const spoken = (row) => {
    const facts = data.spoken.map((column) => cell(row, column)).filter((text) => /[\p{L}\p{N}]/u.test(text));
    return [cell(row, 0), facts.join(" · "), mark(row)].filter(Boolean);
  };
  const told = (layer) => {
    const { row, tip } = layer.is;
    return row === undefined ? tip.map(say) : spoken(row);
  };
  const at = (layer) => layer.getLatLng ? layer.getLatLng() : layer.getBounds().getCenter();
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function bubble(layer) {
    const box = make("div");
    told(layer).forEach((line, rank) => box.append(make(rank ? "div" : "strong", line)));
    return box;
  }

  // One bubble serves all places of a layer; keys are heard on the map, not on every place.
  function makeStops(group, places, act, sticky) {
    group.bindTooltip(bubble, { sticky, direction: "top", opacity: 1 });
    bubbles.push(group);
    group.on("add", () => {
      for (const layer of places) {
        const element = layer.getElement();
        element.setAttribute("role", act ? "button" : "img");
        element.setAttribute("tabindex", "-1");
        stops.set(element, { layer, act });
        name(element);
      }
      if (!here) setStop(first());
    });
    group.on("remove", () => {
      for (const [element, { layer }] of stops) if (places.includes(layer)) stops.delete(element);
      if (!stops.has(here)) setStop(first());
    });
    if (act) group.on("click", (event) => act(event.propagatedFrom));
    return group;
  }

  const first = () => stops.keys().next().value ?? null;
  const name = (element) => element.setAttribute("aria-label", told(stops.get(element).layer).join(", "));

  function setStop(element) {
    here?.setAttribute("tabindex", "-1");
    here = element;
    here?.setAttribute("tabindex", "0");
  }

  function onKey(event) {
    const stop = stops.get(event.target);
    if (!stop) return;
    if (event.key === "Escape") {
      for (const group of bubbles) group.closeTooltip();
      tell("choose", null, "map");
    } else if (stop.act && (event.key === "Enter" || event.key === " ")) {
      stop.act(stop.layer);
    } else if (steps[event.key]) {
      walk(stop.layer, steps[event.key]);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  function walk(from, [dx, dy]) {
    const start = map.latLngToLayerPoint(at(from));
    let next = null, least = Infinity;
    for (const { layer } of stops.values()) {
      const way = map.latLngToLayerPoint(at(layer)).subtract(start);
      const along = way.x * dx + way.y * dy;
      const cost = along + 2 * (Math.abs(way.x * dy) + Math.abs(way.y * dx));
      if (along > 0 && cost < least) [next, least] = [layer, cost];
    }
    if (next) goTo(next);
  }

  function goTo(layer) {
    map.panInside(at(layer), { padding: [40, 40], animate: false });
    layer.getElement().focus({ preventScroll: true });
  }

  // Shapes come as steps of ten-thousandths of a degree; what has no type is a point.
  function unpack(part) {
    if (typeof part[0] !== "number") return part.map(unpack);
    let x = 0, y = 0;
    const places = [];
    for (let i = 0; i < part.length; i += 2) places.push(new L.LatLng((y += part[i + 1]) / 1e4, (x += part[i]) / 1e4));
    return places;
  }
  const spot = (feature) => unpack(feature.at)[0];

  function shape(feature, pane, options) {
    const drawn = feature.type === undefined ? L.circleMarker(spot(feature), { radius: 8, pane, ...options })
      : (feature.type.endsWith("Polygon") ? L.polygon : L.polyline)(unpack(feature.at), { pane, noClip: true, ...options });
    return Object.assign(drawn, { is: feature.is });
  }

  // Layers
  const ranks = { district: 1, country: 2, sea: 2, lake: 3 };
  const areas = [], lines = [], labels = [], layers = {};

  const draw = {
    ground: (features) => L.layerGroup(features.map((feature) => shape(feature, "ground", {
      interactive: false, smoothFactor: 0.6, className: `ground ${feature.is.symbol}`,
      ...(feature.is.symbol === "no-figure" ? { fillColor: "url(#no-figure)" } : {}),
    }))),
    areas: (features) => {
      for (const feature of features) {
        areas[feature.is.row] = shape(feature, "areas", {
          ...feature.is.style, className: "area", smoothFactor: 0, bubblingMouseEvents: false,
        });
      }
      const group = makeStops(L.featureGroup(areas), areas, (area) => tell("choose", area.is.row, "map"), true);
      const apart = features.filter((feature) => feature.is.symbol === "apart");
      return L.layerGroup([group, ...apart.map((feature) => shape(feature, "stipple", {
        className: "stippled", fillColor: "url(#stipple)", smoothFactor: 0, interactive: false,
      }))]);
    },
    lines: (features) => {
      for (const feature of features) lines[feature.is.row] = feature;
      const drawn = features.filter((feature) => feature.is.symbol !== "spare");
      return L.layerGroup(drawn.map((feature) => road(feature.is.row)));
    },
    points: (features) => {
      const points = features.map((feature) => feature.is.symbol === "settlement"
        ? shape(feature, "points", { radius: 2.4, className: "settlement" })
        : Object.assign(L.marker(spot(feature), { pane: "signs", icon: sign(feature.is.symbol), keyboard: false }), { is: feature.is }));
      const named = features.filter((feature) => "name" in feature.is);
      return L.layerGroup([makeStops(L.featureGroup(points), points, null, false), ...named.map(label)]);
    },
    names: (features) => L.layerGroup(features.map(label)),
  };

  // A road is made when it is first drawn, for most wait until they are chosen.
  function road(row) {
    if (!lines[row]?.at) return lines[row];
    const strokes = ["route casing", "route"].map((className) =>
      shape(lines[row], "lines", { className, interactive: false, smoothFactor: 0.6 }));
    return (lines[row] = L.layerGroup(strokes));
  }

  function sign(kind) {
    const picture = L.SVG.create("svg"), use = L.SVG.create("use");
    use.setAttribute("href", `#${kind}`);
    picture.setAttribute("aria-hidden", "true");
    picture.append(use);
    return L.divIcon({ className: `sign ${kind}`, html: picture, iconSize: [26, 26] });
  }

  function label(feature) {
    const { symbol, name, short, note } = feature.is, forced = short !== undefined || note !== undefined;
    const words = (number, part) => make("span", say(number), { "data-t": number, class: part });
    const text = forced ? make("span") : words(name, "");
    if (forced) text.append(words(name, "long"), words(short ?? name, "short"));
    if (note !== undefined) text.append(make("small", say(note), { "data-t": note }));
    const icon = L.divIcon({ className: `label ${symbol}${forced ? " forced" : ""}`, html: text, iconSize: [0, 0] });
    labels.push({ text, forced, rank: note === undefined ? ranks[symbol.split(" ")[0]] ?? 0 : -1 });
    return L.marker(spot(feature), { pane: forced ? "signs" : "names", icon, interactive: false, keyboard: false });
  }

  // The farthest district and cities with a sign are always named, where that covers least; the
  // other names give way to them, then to each other as Python ranked them.
  const sides = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [1, -1], [-1, 1], [-1, -1]];
  const over = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
    Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

  function placeForced(text, edge, taken) {
    const { left: x, top: y } = text.parentElement.getBoundingClientRect();
    const { width, height } = text.getBoundingClientRect();
    const shown = x >= edge.left && x <= edge.right && y >= edge.top && y <= edge.bottom;
    text.classList.toggle("hidden", !shown);
    if (!shown || !width) return;
    const within = (low, size, from, to) => Math.max(from, Math.min(low, to - size));
    let best = null, least = Infinity;
    for (const [across, down] of sides) {
      const gap = across && down ? 10 : 15;
      const left = within(x + across * gap - (across < 0 ? width : across ? 0 : width / 2), width, edge.left + 2, edge.right - 2);
      const top = within(y + down * gap - (down < 0 ? height : down ? 0 : height / 2), height, edge.top + 2, edge.bottom - 2);
      const box = { left, top, right: left + width, bottom: top + height };
      const covered = taken.reduce((sum, other) => sum + over(box, other), 0);
      if (covered < least) [best, least] = [box, covered];
    }
    text.style.translate = `${best.left - x}px ${best.top - y}px`;
    taken.push(best);
  }

  function tidyNames() {
    const edge = map.getContainer().getBoundingClientRect();
    map.getContainer().classList.toggle("narrow", edge.width < 500);
    const taken = all("#map .sign").map((element) => element.getBoundingClientRect());
    const gap = edge.width < 500 ? 6 : 1;
    const clash = (a, b) => a.left - gap < b.right && b.left - gap < a.right &&
      a.top - gap < b.bottom && b.top - gap < a.bottom;
    for (const { text, forced } of labels) {
      if (forced) { placeForced(text, edge, taken); continue; }
      const box = text.getBoundingClientRect();
      const inside = box.left >= edge.left && box.right <= edge.right &&
        box.top >= edge.top && box.bottom <= edge.bottom;
      const shown = inside && !taken.some((other) => clash(box, other));
      text.classList.toggle("hidden", !shown);
      if (shown && box.width) taken.push(box);
    }
  }

  // A layer is made when it is first shown.
  function layer(key) {
    const { role, features } = data.layers.find((entry) => entry.key === key);
    return (layers[key] ??= draw[role](features));
  }

  function showLayer(key, shown) {
    if (shown) layer(key).addTo(map);
    else layer(key).remove();
    labels.sort((a, b) => a.rank - b.rank);
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
  for (const { key, show } of data.layers) if (show) layer(key).addTo(map);
  labels.sort((a, b) => a.rank - b.rank);
  for (const svg of all("#map .leaflet-areas-pane > svg")) svg.setAttribute("role", "group");
  showScale();
  // With the first picture: sooner, the browser would have to lay the page out twice.
  requestAnimationFrame(tidyNames);

  map.on("zoomstart dragstart", () => { whole = whole && fitting; });
  map.on("moveend", () => { showScale(); tidyNames(); });
  map.on("resize", () => { if (whole) showWhole(); });
  map.on("click", () => tell("choose", null, "map"));
  map.getContainer().addEventListener("keydown", onKey);
  map.getContainer().addEventListener("focusin", (event) => {
    map.scrollWheelZoom.enable();
    if (stops.has(event.target)) setStop(event.target);
  });
  map.getContainer().addEventListener("focusout", () => map.scrollWheelZoom.disable());
  window.addEventListener("beforeprint", () => fitPaper(true));
  window.addEventListener("afterprint", () => fitPaper(false));
  const zoom = { in: () => map.zoomIn(), out: () => map.zoomOut(), whole: showWhole };
  for (const button of all("[data-zoom]")) button.addEventListener("click", zoom[button.dataset.zoom]);
  on("language", () => {
    for (const element of stops.keys()) name(element);
    showScale();
    tidyNames();
  });

  return { map, areas, road, spoken, showLayer, goTo, calm };
})();
