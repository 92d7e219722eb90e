"use strict";
// Constant for a release. Numbers and sentences as Python writes them, in the language of the page.
const Words = (() => {
  const { data, say } = Page;
  const { words } = data;
  const language = () => document.documentElement.lang;

  // Halves go to the even number, as in Python.
  function rounded(value) {
    const low = Math.floor(value), rest = value - low;
    if (rest !== 0.5) return Math.round(value);
    return low % 2 ? low + 1 : low;
  }

  function number(value, digits = 0) {
    const [group, point] = data.marks[language()];
    const scale = 10 ** digits;
    const text = String(rounded(Math.abs(value) * scale));
    const filled = text.padStart(digits + 1, "0");
    const head = filled.slice(0, filled.length - digits).replace(/\B(?=(\d{3})+$)/g, () => group);
    const tail = digits ? point + filled.slice(-digits) : "";
    return (value < 0 && Number(text) ? "−" : "") + head + tail;
  }

  const signed = (text, value) => (value > 0 ? `+${text}` : text);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole);
  const tell = (key, values = {}) => fill(say(words[key]), values);

  const known = (count) => 100 * Math.floor(count / 100 + 0.5);
  const people = (count) => number(known(count));
  const step = (count, size) => size * Math.floor(count / size + 0.5);
  const digits = (count, kept) => Math.max(100, 10 ** Math.max(0, String(rounded(count)).length - kept));
  // A range of people, one number where both ends are the same to two digits.
  function between(low, high) {
    if (known(low) === known(high)) return people(high);
    const coarse = digits(high, 2), fine = digits(high, 3);
    if (step(low, coarse) === step(high, coarse)) return number(step(high, coarse));
    return tell("span", { low: number(step(low, fine)), high: number(step(high, fine)) });
  }
  // What a range stands for is known to two digits.
  const about = (count) => Math.sign(count) * step(Math.abs(count), digits(Math.abs(count), 2));
  const km = (distance) => Number.isNaN(distance) ? "–" : tell("km", { n: number(distance) });
  function duration(minutes) {
    if (Number.isNaN(minutes)) return "–";
    const steps = 5 * Math.floor(minutes / 5 + 0.5);
    if (minutes > 0 && !steps) return tell("under_minutes", { n: number(5) });
    const h = Math.floor(steps / 60), m = steps % 60;
    if (!h) return tell("minutes", { n: number(m) });
    return m ? tell("hours_minutes", { h: number(h), m: number(m) }) : tell("hours", { n: number(h) });
  }

  // The mark of an assumption, beside the number.
  const marked = (text, assumed) => (assumed ? tell("known", { text, how: tell("assumed") }) : text);
  const district = (row) => say(data.districts.name[row]);
  const site = (row) => say(data.sites.name[row]);
  const place = (row) => say(data.sites.place[row]);

  return { number, signed, tell, known, marked, people, between, about, km, duration, district, site, place };
})();
