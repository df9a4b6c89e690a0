// Lets a reader sort the tables whose heads name a kind of key: the heads become
// buttons, and a line under the caption names the order. A page is whole without it.
"use strict";
(() => {
  const collator = new Intl.Collator(document.documentElement.lang || "en", {numeric: true});

  // ways name the two directions of a column, by what it is sorted.
  function ways(by) {
    switch (by) {
      case "name": return [translate("A to Z"), translate("Z to A")];
      case "stage": return [translate("as stages are listed"), translate("against the list of stages")];
    }
    return [translate("lowest first"), translate("highest first")];
  }

  // keyOf is what a cell is sorted by: its data-v, or its text where that is a plain
  // number or a name. What is unknown has no key: an empty data-v, words where numbers
  // stand, or nothing.
  function keyOf(cell, by) {
    const text = (cell?.dataset.v ?? cell?.textContent ?? "").trim();
    if (by === "name") return text || null;
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null;
  }

  function sorted(rows, at, by, turn) {
    const keys = new Map(rows.map(row => [row, keyOf(row.cells[at], by)]));
    const compare = by === "name" ? collator.compare : (x, y) => x - y;
    return [...rows].sort((a, b) => { // rows of one key stay as the page has them
      const x = keys.get(a), y = keys.get(b);
      if (x === null || y === null) return (x === null) - (y === null);
      return turn * compare(x, y);
    });
  }

  function prepare(table) {
    const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
    const order = make("span", {className: "order", role: "status"});
    let now = -1, down = false;

    // A first press shows the highest first, but names and stages from the start; a
    // second turns that, and a third gives back the order of the page.
    function press(at) {
      const start = heads[at].dataset.by === "number";
      if (now !== at) [now, down] = [at, start];
      else if (down === start) down = !start;
      else now = -1;
      show();
    }

    function show() {
      heads.forEach((head, i) => {
        if (i === now) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      if (now < 0) {
        order.textContent = translate("In the order of the page.");
        return body.append(...rows);
      }
      const by = heads[now].dataset.by;
      body.append(...sorted(rows, now, by, down ? -1 : 1));
      order.textContent = translate("These {n|row|rows} by {column}, {way}; what is unknown stands last.", {n: rows.length, column: heads[now].textContent, way: ways(by)[Number(down)]});
    }

    if (rows.length < 2) return;
    table.caption.append(" ", order);
    heads.forEach((head, i) => {
      if (!head.dataset.by) return;
      const button = make("button", {type: "button", onclick: () => press(i)});
      button.append(...head.childNodes); // marked as another language, it stays so
      head.append(button);
    });
  }

  for (const table of document.querySelectorAll("table:has(thead th[data-by])")) prepare(table);
})();
