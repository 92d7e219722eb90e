"use strict";
// Constant for a release. Files that the page hands over: their names, tables as CSV.
const Files = (() => {
  function slug(name, spare) {
    const plain = Page.fold(name).replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
    return plain.slice(0, 60).replace(/-+$/, "") || spare;
  }

  // A cell that a spreadsheet would run gets an apostrophe in front.
  const cell = (text) => {
    const plain = String(text);
    const safe = /^[=+\-@\t\r\n]/.test(plain) && !/^-?\d+(\.\d+)?$/.test(plain) ? `'${plain}` : plain;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const csv = (rows) => `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`;

  function hand(name, content) {
    const address = URL.createObjectURL(content);
    Page.make("a", undefined, { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }
  const handText = (name, type, text) => hand(name, new Blob([text], { type: `${type};charset=utf-8` }));

  return { csv, hand, handText, slug };
})();
