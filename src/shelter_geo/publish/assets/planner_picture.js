"use strict";
// Constant for a release. A plan's map as a picture that stands alone: title, figures, key, credit.
const Picture = (() => {
  const { data, all } = Page;
  const { tell, km } = Words;
  const [WIDTH, HEIGHT] = data.size;
  const HEAD = 54, ROW = 34, LINE = 11, SCALE = 3, BESIDE = 6;
  const FINE = ["stroke-width", "font-size"];
  const FONT = "Segoe UI, Roboto, Noto Sans, Liberation Sans, sans-serif";
  const INKS = {
    ".ground.country": { fill: "#eeebe4", stroke: "#b9b3a8", "stroke-width": 0.8 },
    ".ground.sea, .ground.lake": { fill: "#d9e6ec" },
    ".area": { stroke: "#857d8c", "stroke-width": 0.6 },
    ".way": { fill: "none", stroke: "#1f1b24", "stroke-width": 0.8 },
    ".lead": { stroke: "#1f1b24", "stroke-width": 0.8 },
    ".uncounted": { "fill-opacity": 0.2 },
    ".label": { fill: "#5d5764", "font-size": 10, "text-anchor": "middle", "font-style": "italic" },
    ".open": { fill: "#1f1b24", stroke: "#ffffff", "stroke-width": 3, "paint-order": "stroke", "font-weight": 600 },
  };

  function element(tag, attributes = {}, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const name in attributes) made.setAttribute(name, attributes[name]);
    if (text !== undefined) made.textContent = text;
    return made;
  }
  const line = (text, x, y, size, more = {}) =>
    element("text", { x, y, "font-size": size, fill: "#1f1b24", ...more }, text);

  function broken(text, most) {
    const lines = [""];
    for (const word of text.split(/\s+/)) {
      if (lines.at(-1).length + word.length > most) lines.push("");
      lines.push(`${lines.pop()} ${word}`.trim());
    }
    return lines.filter(Boolean);
  }

  function inked(chart) {
    const map = chart.cloneNode(true), fine = 1 / View.seen.zoom;
    map.removeAttribute("style");
    for (const gone of all(".halo, .way:not(.all), .way[d=''], [hidden], .spots", map)) gone.remove();
    for (const selector in INKS) {
      for (const part of all(selector, map)) {
        for (const [name, value] of Object.entries(INKS[selector])) part.setAttribute(name, FINE.includes(name) ? value * fine : value);
      }
    }
    for (const part of [map, ...all("*", map)]) {
      for (const name of ["class", "role", "aria-label", "aria-hidden", "data-t"]) {
        part.removeAttribute(name);
      }
    }
    for (const [name, value] of [["x", 0], ["y", HEAD], ["width", WIDTH], ["height", HEIGHT], ["viewBox", `${View.seen.x} ${View.seen.y} ${WIDTH / View.seen.zoom} ${HEIGHT / View.seen.zoom}`]]) map.setAttribute(name, value);
    return map;
  }

  function key(top) {
    const group = element("g"), entries = all(".key li").slice(0, data.colours.length + 1 + data.no_figure);
    const rows = Math.ceil(entries.length / BESIDE), columns = Math.ceil(entries.length / rows);
    const step = WIDTH / columns;
    entries.forEach((entry, at) => {
      const fill = entry.querySelector("rect").getAttribute("fill");
      const left = (at % columns) * step + 8, above = top + ROW * Math.floor(at / columns);
      group.append(
        element("rect", { x: left, y: above + 6, width: step - 16, height: 9, fill, stroke: "#857d8c", "stroke-width": 0.5 }),
        line(entry.textContent.trim(), left, above + 26, 9),
      );
    });
    return { group, bottom: top + ROW * rows };
  }

  function drawn(chart, title, result, left = "") {
    const credit = [...broken(left, 130), ...broken(Page.say(data.words.credit), 130)];
    const { group, bottom: foot } = key(HEAD + HEIGHT);
    const height = foot + LINE * (credit.length + 1);
    const picture = element("svg", {
      xmlns: "http://www.w3.org/2000/svg", width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, "font-family": FONT,
    });
    const figures = tell("picture_figures", { mean: km(result.mean), median: km(result.median), farthest: km(result.max) });
    picture.append(
      element("title", {}, title), document.querySelector("svg defs").cloneNode(true),
      element("rect", { width: WIDTH, height, fill: "#ffffff" }),
      line(title, 8, 22, 16, { "font-weight": 650 }), line(figures, 8, 41, 11.5, { fill: "#5d5764" }),
      inked(chart), group,
      ...credit.map((text, at) => line(text, 8, foot + LINE * (at + 0.8), 8, { fill: "#5d5764" })),
    );
    return { picture, height };
  }

  const text = (picture) => new XMLSerializer().serializeToString(picture);
  const svg = (...parts) => text(drawn(...parts).picture);

  // The picture comes from this very page as a data address, which the policy allows for images.
  function png(chart, title, result, left, name) {
    const { picture, height } = drawn(chart, title, result, left);
    const image = new Image();
    image.addEventListener("load", () => {
      const canvas = document.createElement("canvas");
      canvas.width = WIDTH * SCALE;
      canvas.height = height * SCALE;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => Files.hand(name, blob), "image/png");
    });
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text(picture))}`;
  }

  return { svg, png };
})();
