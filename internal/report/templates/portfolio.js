// Lets a reader put questions to the table of all goods: filters, a search,
// columns to sort by, an address for every view, a CSV file of what is shown.
// The page says everything without it. It takes its data from portfolio-data.js,
// once the reader comes near the table, and asks for nothing else.
"use strict";
(() => {
  const words = {
    form: "Find among the goods", search: "Search", hint: "name, organization, sector, country", any: "any", unsaid: "not stated",
    clear: "Show all", csv: "CSV of what is shown", file: "goods-shown.csv",
    more: n => `Show ${n} more`, rest: n => `, the first ${n} of them below`,
    count: (n, all) => `${n} of ${all} goods`,
    ways: {good: ["A to Z", "Z to A"], stage: ["as stages are listed", "against the list of stages"], commit: ["earliest first", "latest first"]},
    way: ["lowest first", "highest first"], // of all other columns
    order: (count, title, way) => `${count}, by ${title}, ${way}; what is unknown stands last`,
    plainOrder: count => `${count} by id; those of which no repository was read stand last`,
  };
  // The columns of the table as addresses name them; the span is a picture.
  const columns = ["good", "", "stage", "load", "people", "momentum", "upkeep", "funding", "score", "commit", "advisories", "coverage"];
  const unsaid = "-"; // in addresses: the catalog says nothing
  const prefix = "#goods?";
  const step = 500; // rows that are laid out at a time: thousands at once take seconds

  const section = document.getElementById("goods");
  const table = section && section.querySelector("table.goods");
  if (!table) return;
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells], caption = table.caption, plainCaption = caption.textContent;
  const rows = [...body.rows], collator = new Intl.Collator(undefined, {numeric: true});
  let data, state = {}, shown = rows, most = step, parts;

  const plain = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  const titleOf = term => term[1] || term[0];

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  // The state of the view is what stands in its address.
  function readAddress() {
    const said = new URLSearchParams(location.hash.startsWith(prefix) ? location.hash.slice(prefix.length) : "");
    state = {q: said.get("q") || "", sort: said.get("sort") || ""};
    if (!columns.includes(state.sort.replace(/^-/, ""))) state.sort = "";
    for (const facet of data.facets) {
      const value = said.get(facet.id) || "", term = facet.terms.find(term => term[0].toLowerCase() === value.toLowerCase());
      state[facet.id] = term ? term[0] : value;
    }
  }

  function writeAddress() {
    const said = new URLSearchParams(Object.entries(state).filter(([, value]) => value));
    history.replaceState(null, "", said.size ? prefix + said : "#goods");
  }

  // wanted returns the place of a facet's chosen term: null for any, -1 for
  // goods of which nothing is said, -2 for a term that no good has.
  function wanted(facet) {
    const value = state[facet.id];
    if (!value) return null;
    if (value === unsaid) return -1;
    const at = facet.terms.findIndex(term => term[0] === value);
    return at < 0 ? -2 : at;
  }

  const has = (places, want) => want === -1 ? !places.length : places.includes(want);

  // select finds the goods to show, and counts for each facet what each of its
  // terms would show beside the other filters.
  function select() {
    const wants = data.facets.map(wanted), search = plain(state.q).split(/\s+/).filter(Boolean);
    const counts = data.facets.map(() => new Map());
    const found = [];
    data.goods.forEach((good, row) => {
      if (!search.every(word => good.text.includes(word))) return;
      const misses = [];
      good.t.forEach((places, i) => { if (wants[i] !== null && !has(places, wants[i])) misses.push(i); });
      if (!misses.length) found.push(row);
      good.t.forEach((places, i) => {
        if (misses.length > 1 || misses.length === 1 && misses[0] !== i) return;
        for (const at of places.length ? places : [-1]) counts[i].set(at, (counts[i].get(at) || 0) + 1);
      });
    });
    return {found, counts};
  }

  function sorted(found) {
    const down = state.sort.startsWith("-"), at = columns.indexOf(state.sort.replace(/^-/, ""));
    if (!state.sort || at < 0) return found;
    const turn = down ? -1 : 1, key = row => at ? data.goods[row].k[at - 2] : data.goods[row].name;
    return found.sort((a, b) => {
      const x = key(a), y = key(b);
      if (x === null || y === null) return (x === null) - (y === null) || a - b;
      return turn * (at ? x - y : collator.compare(x, y)) || a - b;
    });
  }

  function show() {
    const {found, counts} = select();
    shown = sorted(found);
    body.replaceChildren(...shown.slice(0, most).map(row => rows[row]));
    const count = words.count(shown.length, rows.length) + (shown.length > most ? words.rest(most) : "");
    parts.status.textContent = count;
    parts.more.hidden = shown.length <= most;
    parts.more.textContent = words.more(Math.min(step, shown.length - most));
    data.facets.forEach((facet, i) => showFacet(facet, parts.selects[i], counts[i]));
    if (document.activeElement !== parts.search || parts.search.value.trim() !== state.q) parts.search.value = state.q;
    parts.clear.disabled = !Object.values(state).some(Boolean);
    parts.csv.disabled = !found.length;
    showOrder(count);
  }

  function showFacet(facet, list, counts) {
    for (const option of list.options) {
      if (!option.value) continue;
      const at = option.value === unsaid ? -1 : Number(option.dataset.at), n = counts.get(at) || 0;
      option.text = `${option.dataset.title} (${n})`;
      option.disabled = !n && option.value !== state[facet.id];
    }
    if (state[facet.id] && ![...list.options].some(option => option.value === state[facet.id])) {
      list.append(optionOf(state[facet.id], state[facet.id], -2)); // an address may name what no good has
    }
    list.value = state[facet.id];
  }

  function showOrder(count) {
    const down = state.sort.startsWith("-"), at = columns.indexOf(state.sort.replace(/^-/, ""));
    heads.forEach((head, i) => {
      if (state.sort && i === at) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    if (state.sort) caption.textContent = words.order(count, heads[at].textContent, (words.ways[columns[at]] || words.way)[Number(down)]);
    else caption.textContent = shown.length < rows.length ? words.plainOrder(count) : plainCaption;
  }

  function change(part) {
    Object.assign(state, part);
    most = step;
    writeAddress();
    show();
  }

  // A first press shows most or latest first, except of names and stages.
  function sortBy(at) {
    const up = columns[at], down = "-" + up;
    const first = at === 0 || up === "stage" ? up : down;
    change({sort: state.sort === first ? (first === up ? down : up) : first});
  }

  // A cell that a spreadsheet would read as a formula gets an apostrophe before
  // it, as in goods.csv.
  function cell(text) {
    if (/^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text)) text = "'" + text;
    return /[",\r\n]|^\s/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  function table2csv() {
    const facets = data.facets.slice(1);
    const lines = [[...data.columns, ...facets.map(facet => facet.id)]];
    for (const row of shown) {
      const good = data.goods[row];
      lines.push([...good.c, ...facets.map((facet, i) => good.t[i + 1].map(at => facet.terms[at][0]).join("; "))]);
    }
    return lines.map(line => line.map(cell).join(",") + "\r\n").join("");
  }

  function download() {
    const address = URL.createObjectURL(new Blob([table2csv()], {type: "text/csv;charset=utf-8"}));
    make("a", {href: address, download: words.file}).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  function optionOf(value, title, at) {
    const option = make("option", {value, text: title});
    option.dataset.title = title;
    option.dataset.at = at;
    return option;
  }

  function listOf(facet) {
    const list = make("select", {name: facet.id, onchange: () => change({[facet.id]: list.value})}, make("option", {value: "", text: words.any}));
    facet.terms.forEach((term, at) => list.append(optionOf(term[0], titleOf(term), at)));
    if (data.goods.some(good => !good.t[data.facets.indexOf(facet)].length)) list.append(optionOf(unsaid, words.unsaid, -1));
    return list;
  }

  function makeForm() {
    const search = make("input", {type: "search", name: "q", placeholder: words.hint, autocomplete: "off", spellcheck: false});
    search.oninput = () => change({q: search.value.trim()});
    const selects = data.facets.map(listOf);
    const clear = make("button", {type: "button", onclick: () => { change(Object.fromEntries(Object.keys(state).map(key => [key, ""]))); search.focus(); }}, words.clear);
    const csv = make("button", {type: "button", onclick: download}, words.csv);
    const status = make("p");
    status.setAttribute("role", "status");
    const form = make("form", {className: "find", onsubmit: event => event.preventDefault()},
      make("label", {className: "q"}, words.search, search), ...selects.map((list, i) => make("label", {}, data.facets[i].title, list)),
      make("div", {}, status, clear, csv));
    form.setAttribute("role", "search");
    form.setAttribute("aria-label", words.form);
    const more = make("button", {type: "button", className: "further", onclick: () => { most += step; show(); }});
    table.parentElement.before(form);
    table.parentElement.after(more);
    parts = {search, selects, clear, csv, status, more};
  }

  function makeHeads() {
    heads.forEach((head, i) => {
      if (columns[i]) head.replaceChildren(make("button", {type: "button", onclick: () => sortBy(i)}, head.textContent));
    });
  }

  function start() {
    data = window.midspanGoods;
    const of = document.querySelector(".lead time");
    if (!data || data.goods.length !== rows.length || !of || of.dateTime !== data.asOf) return; // of another report
    const name = data.columns.indexOf("name"), id = data.columns.indexOf("id");
    for (const good of data.goods) {
      good.name = good.c[name] || good.c[id];
      good.text = plain([good.c[name], good.c[id], ...data.facets.flatMap((facet, i) => good.t[i].map(at => titleOf(facet.terms[at])))].join("\n"));
    }
    readAddress();
    makeForm();
    makeHeads();
    show();
    if (location.hash.startsWith(prefix)) section.scrollIntoView();
    addEventListener("hashchange", () => {
      if (!location.hash.startsWith(prefix)) return; // another section: the view stays as it is
      readAddress();
      show();
      section.scrollIntoView();
    });
  }

  let asked = false;
  function ask() {
    if (asked) return;
    asked = true;
    document.head.append(make("script", {src: "portfolio-data.js", onload: start}));
  }

  if (location.hash.startsWith(prefix)) ask();
  addEventListener("hashchange", () => { if (location.hash.startsWith(prefix)) ask(); });
  new IntersectionObserver((entries, observer) => {
    if (!entries.some(entry => entry.isIntersecting)) return;
    observer.disconnect();
    ask();
  }, {rootMargin: "800px"}).observe(section);
})();
