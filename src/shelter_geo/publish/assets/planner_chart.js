"use strict";
// Constant for a release. One map: districts in their colours, sites to press, signs of what is open.
const Chart = (() => {
  const { data, all, say } = Page;
  const { sites, districts } = data;
  const SVG = "http://www.w3.org/2000/svg";
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const REACH_PX = 20, FINGER_PX = 14, CLOSER = 3, ZOOM_PX = [46, 116];
  const AROUND = [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [1, 1], [-1, -1], [-1, 1]], RINGS = [0, 0.8, 1.8, 3, 4.5];

  function shape(tag, attributes = {}, text) {
    const element = document.createElementNS(SVG, tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  // Sites of one settlement share one spot; it opens and closes the candidate that stands alone.
  const spots = [];
  const bySettlement = new Map();
  sites.id.forEach((_, site) => {
    const key = sites.settlement[site];
    if (!bySettlement.has(key)) {
      bySettlement.set(key, { x: sites.x[site], y: sites.y[site], sites: [] });
      spots.push(bySettlement.get(key));
    }
    bySettlement.get(key).sites.push(site);
  });
  for (const spot of spots) spot.single = spot.sites.length === 1 && !sites.shelter[spot.sites[0]];

  function colour(km) {
    if (Number.isNaN(km)) return "url(#hatch)";
    const rank = data.breaks.findIndex((limit) => km <= limit);
    return data.colours[rank < 0 ? data.breaks.length : rank];
  }

  function sign(spot, plan) {
    const open = spot.sites.filter((site) => plan.open[site]);
    if (!open.length) return spot.sites.some((site) => sites.shelter[site]) ? "closed" : "";
    return open.some((site) => sites.shelter[site]) ? "shelter" : "new";
  }

  return (frame, press, tip, picked) => {
    const svg = frame.querySelector("svg.chart") ?? copied(frame);
    const areas = all(".area", svg);
    const signs = svg.querySelector(".marks"), layer = shape("g", { class: "spots" });
    const lines = shape("path", { class: "way all" }), ticked = document.getElementById("lines");
    const halo = shape("path", { class: "halo" }), way = shape("path", { class: "way" }), bubble = frame.querySelector(".bubble");
    svg.removeAttribute("data-t-label");
    svg.setAttribute("role", "group");
    svg.querySelector(".labels").before(lines, halo, way);
    svg.insertBefore(layer, signs);
    signs.setAttribute("aria-hidden", "true");
    const dots = spots.map((spot) => {
      const dot = shape("circle", { class: "free", cx: spot.x, cy: spot.y, r: 3, role: "button", tabindex: "-1" });
      layer.append(dot);
      return dot;
    });
    dots[0].setAttribute("tabindex", "0");
    let now = null;

    // The width is watched, for asking would make the browser lay the page out at every change.
    const view = View.watch(frame, svg, () => {
      hide();
      if (now) drawSigns(now);
    });
    new ResizeObserver(([entry]) => {
      const before = letters();
      view.measured(entry.contentRect.width);
      if (now && letters() !== before) drawSigns(now);
    }).observe(svg);
    const letters = () => (view.width < 500 ? 17 : 11.5) / View.seen.zoom;
    const shown = (spot) => [(spot.x - View.seen.x) * view.px(), (spot.y - View.seen.y) * view.px()];

    // The nearest spot to the pointer; `crowd` are the others that a finger cannot tell from it.
    function near(event) {
      const [x, y] = view.at(event), far = (spot) => Math.hypot(spot.x - x, spot.y - y) * view.px();
      let found = -1, least = REACH_PX;
      spots.forEach((spot, at) => {
        if (far(spot) < least) [found, least] = [at, far(spot)];
      });
      const crowd = found < 0 ? 0 : spots.filter((spot) => far(spot) < least + FINGER_PX).length - 1;
      return { found, crowd, x, y };
    }

    function show(lines, x, y) {
      bubble.replaceChildren(...lines.map((line, rank) => Page.make(rank ? "div" : "strong", line)));
      bubble.hidden = false;
      const width = frame.clientWidth, half = bubble.offsetWidth / 2;
      bubble.style.left = `${Math.min(Math.max(x, half), width - half)}px`;
      bubble.style.top = `${y}px`;
      bubble.classList.toggle("below", y < bubble.offsetHeight + 16);
    }
    const hide = () => { bubble.hidden = true; };

    svg.addEventListener("pointermove", (event) => {
      const { found: at, x, y } = near(event), row = areas.indexOf(event.target);
      svg.classList.toggle("over-site", at >= 0);
      if (at >= 0) show(tip.spot(spots[at]), ...shown(spots[at]));
      else if (row >= 0) show(tip.district(row), ...shown({ x, y }));
      else hide();
    });
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("click", (event) => {
      const { found, crowd, x, y } = near(event), row = areas.indexOf(event.target);
      const at = event.detail ? found : dots.indexOf(event.target);
      if (event.pointerType === "touch" && crowd > 0 && View.seen.zoom < View.MOST) View.zoomAt(x, y, CLOSER);
      else if (at >= 0) press(spots[at]);
      else if (row >= 0) picked(row);
    });

    function walk(from, [dx, dy]) {
      let next = -1, least = Infinity;
      spots.forEach((spot, at) => {
        const x = spot.x - spots[from].x, y = spot.y - spots[from].y;
        const along = x * dx + y * dy, cost = along + 2 * (Math.abs(x * dy) + Math.abs(y * dx));
        if (along > 0 && cost < least) [next, least] = [at, cost];
      });
      if (next >= 0) dots[next].focus();
    }

    dots.forEach((dot, at) => {
      dot.addEventListener("focus", () => {
        for (const other of dots) other.setAttribute("tabindex", other === dot ? "0" : "-1");
        View.reveal(spots[at].x, spots[at].y);
        if (dot.matches(":focus-visible")) show(tip.spot(spots[at]), ...shown(spots[at]));
      });
      dot.addEventListener("blur", hide);
      dot.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") press(spots[at]);
        else if (STEPS[event.key]) walk(at, STEPS[event.key]);
        else if (event.key === "Escape") hide();
        else return;
        event.preventDefault();
      });
    });

    // Names stand in the nearest free place around their signs, joined to them where that is not
    // beside; those of opened shelters choose first. A name of today without a place gives way.
    function drawSigns(plan) {
      const letter = letters(), size = 2 * letter, marks = [], names = [], gap = size / 2 + letter * 0.27;
      const there = spots.map((spot) => ({ spot, kind: sign(spot, plan) })).filter(({ kind }) => kind)
        .sort((one, other) => (other.kind === "new") - (one.kind === "new"));
      const taken = there.map(({ spot: { x, y } }) => [x - size * 0.46, y - size * 0.46, x + size * 0.46, y + size * 0.46]);
      const { x: west, y: north, zoom } = View.seen, east = west + data.size[0] / zoom, south = north + data.size[1] / zoom;
      taken.push([east - ZOOM_PX[0] / view.px(), north, east, north + ZOOM_PX[1] / view.px()]);
      const meets = (box) => taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
      for (const { spot, kind } of there) {
        marks.push(shape("use", {
          href: `#${kind}`, x: spot.x - size / 2, y: spot.y - size / 2, width: size, height: size, class: kind,
        }));
        const name = Words.place(spot.sites[0]), wide = name.length * letter * 0.58;
        const placed = RINGS.flatMap((ring) => AROUND.map(([dx, dy]) => {
          const x = spot.x + dx * (gap + ring * letter) - wide * (1 - dx) / 2, y = spot.y + dy * (gap + ring * letter) - letter * (1 - dy) / 2;
          return { ring, dx, box: [x, y - letter * 0.1, x + wide, y + letter * 1.1] };
        })).filter(({ box }) => box[0] >= west && box[2] <= east && box[1] >= north && box[3] <= south);
        const found = placed.find(({ box }) => !meets(box)) ?? (kind === "new" ? placed[0] : undefined);
        if (!found) continue;
        const { ring, dx, box } = found;
        taken.push(box);
        if (ring) {
          const x = Math.min(Math.max(spot.x, box[0]), box[2]), y = Math.min(Math.max(spot.y, box[1]), box[3]);
          marks.unshift(shape("path", { class: "lead", d: `M${spot.x} ${spot.y}L${x} ${y}` }));
        }
        names.push(shape("text", {
          class: "open", x: box[0] + wide * (1 - dx) / 2, y: box[1] + letter * 0.95,
          "text-anchor": ["end", "middle", "start"][dx + 1], "font-size": letter,
        }, name));
      }
      signs.replaceChildren(...marks, ...names);
    }

    function draw(plan, result) {
      now = plan;
      areas.forEach((area, row) => {
        const fill = districts.unknown?.[row] || result.unsure[row] ? "url(#no-figure)" : colour(result.km[row]);
        if (area.getAttribute("fill") !== fill) area.setAttribute("fill", fill);
        area.classList.toggle("uncounted", Model.nobody(row) && !districts.unknown?.[row]);
      });
      dots.forEach((dot, at) => {
        const kind = sign(spots[at], plan);
        const label = tip.spot(spots[at]).join(", ");
        if (dot.getAttribute("aria-label") === label) return;
        dot.setAttribute("aria-label", label);
        if (spots[at].single) dot.setAttribute("aria-pressed", String(kind === "new"));
        dot.classList.toggle("signed", kind !== "");
      });
      drawSigns(plan);
      drawWay(result);
      drawLines(result);
    }

    // One line for every district, to the shelter that is the nearest to it.
    let drawn = null;
    function drawLines(result) {
      drawn = result;
      const ways = ticked.checked ? [...result.site].map((at, row) => (at < 0 || Model.nobody(row) ? "" : lineTo(row, at))) : [];
      lines.setAttribute("d", ways.join(""));
    }
    const lineTo = (row, at) => `M${districts.x[row]} ${districts.y[row]}L${sites.x[at]} ${sites.y[at]}`;
    ticked.addEventListener("change", () => drawLines(drawn));

    // A straight line to where the district goes: the way by road is on the map of distances.
    let chosen = null;
    function drawWay(result) {
      const at = chosen === null ? -1 : result.site[chosen];
      way.setAttribute("d", at < 0 ? "" : lineTo(chosen, at));
    }
    function choose(row, result) {
      chosen = row;
      halo.setAttribute("d", row === null ? "" : areas[row].getAttribute("d"));
      drawWay(result);
    }
    return { svg, draw, choose };
  };

  function copied(frame) {
    const svg = document.querySelector("svg.chart").cloneNode(true);
    for (const added of all(".spots, .halo, .way", svg)) added.remove();
    svg.querySelector(".marks").replaceChildren();
    frame.prepend(svg);
    return svg;
  }
})();
