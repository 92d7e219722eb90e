"use strict";
// Constant for a release. Unpacks raw DEFLATE streams (RFC 1951), at once and without a request.
// Each four of their bytes are written as five signs.
const Inflate = (() => {
  const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
  // Least length, or distance, of each symbol, and the bits that add to it.
  function table(count, first, bitsOf, last) {
    const base = [], more = [];
    for (let at = 0, next = first; at < count; next += 2 ** bitsOf(at), at++) [base[at], more[at]] = [next, bitsOf(at)];
    if (last) [base[count - 1], more[count - 1]] = [last, 0];
    return { base, more };
  }
  const LENGTHS = table(29, 3, (at) => Math.max(0, (at >> 2) - 1), 258);
  const AWAY = table(30, 1, (at) => Math.max(0, (at >> 1) - 1));

  // How many codes have each length, and the symbols in the order of their codes.
  function codes(lengths) {
    const counts = new Uint16Array(16), next = new Uint16Array(16), symbols = new Uint16Array(lengths.length);
    for (const length of lengths) counts[length]++;
    counts[0] = 0;
    for (let length = 1; length < 16; length++) next[length] = next[length - 1] + counts[length - 1];
    lengths.forEach((length, symbol) => { if (length) symbols[next[length]++] = symbol; });
    return { counts, symbols };
  }
  const FIXED = [codes(Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8))), codes(Array(30).fill(5))];

  const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;[=]?@^_.{|}~";
  function streamOf(text) {
    const value = new Uint8Array(128), stream = new Uint8Array(text.length / 5 * 4), view = new DataView(stream.buffer);
    for (let at = 0; at < SIGNS.length; at++) value[SIGNS.charCodeAt(at)] = at;
    for (let from = 0, to = 0; from < text.length; from += 5, to += 4) {
      let four = 0;
      for (let at = 0; at < 5; at++) four = 85 * four + value[text.charCodeAt(from + at)];
      view.setUint32(to, four);
    }
    return stream;
  }

  function bytes(text) {
    const stream = streamOf(text);
    let out = new Uint8Array(4 * stream.length + 64), size = 0, at = 0, held = 0, spare = 0;
    function bits(count) {
      while (spare < count) {
        held |= stream[at++] << spare;
        spare += 8;
      }
      const value = held & ((1 << count) - 1);
      held >>>= count;
      spare -= count;
      return value;
    }
    function symbol({ counts, symbols }) {
      for (let length = 1, code = 0, first = 0, index = 0; length < 16; length++) {
        code |= bits(1);
        const count = counts[length];
        if (code - count < first) return symbols[index + code - first];
        index += count;
        first = (first + count) << 1;
        code <<= 1;
      }
      throw new Error("no such code");
    }
    function room(more) {
      if (size + more <= out.length) return;
      const larger = new Uint8Array(2 * (size + more));
      larger.set(out);
      out = larger;
    }
    function dynamic() {
      const literals = bits(5) + 257, aways = bits(5) + 1, lengths = Array(19).fill(0);
      for (let n = bits(4) + 4, place = 0; place < n; place++) lengths[ORDER[place]] = bits(3);
      const coded = codes(lengths), all = [];
      while (all.length < literals + aways) {
        const next = symbol(coded);
        if (next < 16) all.push(next);
        else {
          const value = next === 16 ? all.at(-1) : 0, times = next === 16 ? 3 + bits(2) : next === 17 ? 3 + bits(3) : 11 + bits(7);
          for (let n = 0; n < times; n++) all.push(value);
        }
      }
      return [codes(all.slice(0, literals)), codes(all.slice(literals))];
    }
    for (let last = 0; !last;) {
      last = bits(1);
      const kind = bits(2);
      if (!kind) {
        [held, spare] = [0, 0];
        const count = stream[at] | (stream[at + 1] << 8);
        at += 4;
        room(count);
        for (let n = 0; n < count; n++) out[size++] = stream[at++];
        continue;
      }
      const [literals, aways] = kind === 1 ? FIXED : dynamic();
      for (let next = symbol(literals); next !== 256; next = symbol(literals)) {
        room(258);
        if (next < 256) {
          out[size++] = next;
          continue;
        }
        const length = LENGTHS.base[next - 257] + bits(LENGTHS.more[next - 257]), away = symbol(aways);
        const from = size - AWAY.base[away] - bits(AWAY.more[away]);
        for (let n = 0; n < length; n++) out[size++] = out[from + n];
      }
    }
    return out.subarray(0, size);
  }

  const json = (text) => JSON.parse(new TextDecoder().decode(bytes(text)));
  return { bytes, json };
})();
