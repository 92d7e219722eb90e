"use strict";
// Constant for a release. What part of the map is seen: both maps show the same one, which moves by
// wheel and drag, by two fingers, by keys and by buttons.
const View = (() => {
  const { data, all } = Page;
  const [WIDTH, HEIGHT] = data.size;
  const MOST = 24, STEP = 1.6, DRAG_PX = 5, WHEEL = 0.0016;
  const seen = { x: 0, y: 0, zoom: 1 };
  const maps = [];

  const within = (value, most) => Math.min(Math.max(value, 0), most);
  function look(x, y, zoom) {
    seen.zoom = Math.min(Math.max(zoom, 1), MOST);
    seen.x = within(x, WIDTH * (1 - 1 / seen.zoom));
    seen.y = within(y, HEIGHT * (1 - 1 / seen.zoom));
    for (const map of maps) map.show();
  }
  // The point under the pointer stays where it is.
  function zoomAt(x, y, by) {
    const zoom = Math.min(Math.max(seen.zoom * by, 1), MOST), shrunk = seen.zoom / zoom;
    look(x - (x - seen.x) * shrunk, y - (y - seen.y) * shrunk, zoom);
  }
  const middle = () => [seen.x + WIDTH / seen.zoom / 2, seen.y + HEIGHT / seen.zoom / 2];
  const pan = (dx, dy) => look(seen.x + dx * WIDTH / seen.zoom, seen.y + dy * HEIGHT / seen.zoom, seen.zoom);
  function reveal(x, y) {
    const [mx, my] = [x - seen.x, y - seen.y].map((far, axis) => far * seen.zoom / data.size[axis]);
    if (mx < 0 || mx > 1 || my < 0 || my > 1) look(x - WIDTH / seen.zoom / 2, y - HEIGHT / seen.zoom / 2, seen.zoom);
  }

  const BUTTONS = { in: () => zoomAt(...middle(), STEP), out: () => zoomAt(...middle(), 1 / STEP), whole: () => look(0, 0, 1) };
  const KEYS = { "+": BUTTONS.in, "=": BUTTONS.in, "-": BUTTONS.out, "0": BUTTONS.whole };
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function watch(frame, svg, redraw) {
    let width = WIDTH, dragged = false, pressed = null;
    const fingers = new Map();
    const px = () => width / WIDTH * seen.zoom;
    const at = (event) => {
      const box = svg.getBoundingClientRect();
      return [seen.x + (event.clientX - box.left) / px(), seen.y + (event.clientY - box.top) / px()];
    };
    const buttons = all("[data-zoom]", frame);
    for (const button of buttons) button.addEventListener("click", BUTTONS[button.dataset.zoom]);

    function show() {
      svg.setAttribute("viewBox", `${seen.x} ${seen.y} ${WIDTH / seen.zoom} ${HEIGHT / seen.zoom}`);
      svg.style.setProperty("--fine", String(1 / seen.zoom));
      svg.classList.toggle("near", seen.zoom > 1);
      for (const button of buttons) button.disabled = button.dataset.zoom === "in" ? seen.zoom >= MOST : seen.zoom <= 1;
      redraw();
    }

    // The wheel moves the page until the map was pressed, or while Control is down.
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !svg.classList.contains("awake")) return;
      event.preventDefault();
      zoomAt(...at(event), Math.exp(-event.deltaY * (event.deltaMode ? 30 : 1) * WHEEL));
    }, { passive: false });
    svg.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      svg.classList.add("awake");
      fingers.set(event.pointerId, event);
      dragged = fingers.size > 1;
      pressed = event;
    });
    svg.addEventListener("pointermove", (event) => {
      const last = fingers.get(event.pointerId);
      if (!last) return;
      if (fingers.size === 2) pinch(event, last);
      else if (seen.zoom > 1) drag(event, last);
    });
    function drag(event, last) {
      if (!dragged && Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) < DRAG_PX) return;
      if (!dragged) svg.setPointerCapture(event.pointerId);
      dragged = true;
      fingers.set(event.pointerId, event);
      look(seen.x - (event.clientX - last.clientX) / px(), seen.y - (event.clientY - last.clientY) / px(), seen.zoom);
    }
    function pinch(event, last) {
      const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, finger]) => finger);
      const apart = (finger) => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY);
      const between = (finger) => ({ clientX: (finger.clientX + other.clientX) / 2, clientY: (finger.clientY + other.clientY) / 2 });
      const [x, y] = at(between(last));
      fingers.set(event.pointerId, event);
      if (apart(last) > 0) zoomAt(x, y, apart(event) / apart(last));
      const [nx, ny] = at(between(event));
      look(seen.x + x - nx, seen.y + y - ny, seen.zoom);
    }
    for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, (event) => fingers.delete(event.pointerId));
    svg.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") svg.classList.remove("awake");
    });
    // The click that ends a drag presses nothing.
    svg.addEventListener("click", (event) => {
      if (!dragged || !event.detail) return;
      dragged = false;
      event.stopImmediatePropagation();
    }, true);
    svg.addEventListener("keydown", (event) => {
      const act = event.shiftKey && MOVES[event.key] ? () => pan(...MOVES[event.key].map((way) => way / 4))
        : event.ctrlKey || event.metaKey || event.altKey ? null : KEYS[event.key];
      if (!act) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      act();
    }, true);

    maps.push({ show });
    const measured = (next) => { width = next || width; };
    return { px, at, measured, get width() { return width; } };
  }

  return { seen, watch, zoomAt, reveal, MOST };
})();
