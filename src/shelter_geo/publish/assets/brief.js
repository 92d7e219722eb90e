"use strict";
// Constant for a release. A district chosen in the table is outlined on the map.
(() => {
  const { all, on, rows } = Page;
  const areas = all(".chart .area"), halo = document.querySelector(".halo");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  on("choose", (row) => {
    for (const line of all("[aria-current]")) line.removeAttribute("aria-current");
    rows[row].setAttribute("aria-current", "true");
    halo.setAttribute("d", areas[row].getAttribute("d"));
    document.querySelector(".chart").scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  });
})();
