// Shows two to four goods side by side. The address names the goods, as in
// compare.html#clinic-ledger,school-meals?differs. What is known of a good comes from a
// small file beside its page, the names of all from the data of the table of all goods,
// and that only once a reader searches for one. It loads nothing else. Everything from
// these files becomes text, never markup.
"use strict";
(() => {
  const least = 2, most = 4;
  const script = document.currentScript.src, main = document.querySelector("main.compare");
  const form = main.querySelector("form"), beside = main.querySelector(".beside"), table = beside.querySelector("table");
  const problems = form.querySelector(".said"), status = form.querySelector("[role=status]"), names = form.querySelector("datalist");
  const head = table.tHead.rows[0], rows = [...table.querySelectorAll("tr[data-row]")], groups = [...table.querySelectorAll("tr.group")];
  const titles = new Map(rows.map(row => [row, row.cells[0].textContent]));
  const columns = new Map(); // by slug
  let slugs = [], differs = false, turn = 0, goods; // goods: null once their names could not be loaded

  // Every file of a good calls it. Its cells are in the order of the rows: a text, a list of
  // a text and its notes, or an object with all parts. What is unknown stands by why it is so.
  window.midspanColumn = column => {
    const cells = column.cells.map(cell => typeof cell === "string" ? {t: cell} : Array.isArray(cell) ? {t: cell[0], n: cell.slice(1)} : cell);
    for (const [why, places] of Object.entries(column.unknown || {})) {
      for (const at of places) cells[at] = {t: translate("unknown"), n: [why], c: "l-unknown", u: true};
    }
    column.cells = Object.fromEntries(rows.map((row, at) => [row.dataset.row, cells[at]]));
    columns.set(column.slug, column);
  };

  const isSlug = slug => /^[a-z0-9][a-z0-9_-]{0,99}$/.test(slug);

  // The state of the page is in its address.
  function readAddress() {
    let text = location.hash.slice(1);
    try { text = decodeURIComponent(text); } catch { /* it stays as it is written */ }
    const [list, question] = text.split("?");
    slugs = [...new Set(list.split(",").map(slug => slug.trim()).filter(Boolean).map(slug => isSlug(slug.toLowerCase()) ? slug.toLowerCase() : slug))];
    differs = question === "differs";
  }

  function writeAddress() {
    history.replaceState(null, "", "#" + slugs.join(",") + (differs ? "?differs" : ""));
  }

  // show loads what the address names and lays it out.
  async function show() {
    const mine = ++turn, wanted = slugs.slice(0, most);
    await Promise.all(wanted.filter(isSlug).map(slug => load(`goods/${slug}.js`)));
    if (mine !== turn) return; // the address has changed meanwhile
    const gone = wanted.filter(slug => !columns.has(slug)), shown = wanted.filter(slug => columns.has(slug)).map(slug => columns.get(slug));
    layOut(shown);
    form.elements.differs.checked = differs;
    const full = wanted.length >= most;
    form.elements.add.disabled = form.querySelector("button").disabled = full;
    const messages = gone.map(slug => translate("There is no good “{id}” in this report.", {id: cut(slug, 60)}));
    if (slugs.length > most) messages.push(translate("The address names {n|good|goods}; the first {most} are shown, for a page has room for no more.", {n: slugs.length, most}));
    if (full) messages.push(translate("Four goods at most stand side by side: remove one to add another."));
    if (shown.length < least) messages.push(shown.length ? translate("This is one good alone: add another, two at least can be compared.") : translate("Add two goods at least, four at most."));
    problems.replaceChildren(...messages.map(text => make("li", {dir: "auto"}, text)));
  }

  // layOut puts one column for each good into the table.
  function layOut(shown) {
    table.dataset.goods = shown.length;
    head.replaceChildren(head.cells[0], ...shown.map(columnHead));
    for (const group of groups) group.replaceChildren(group.cells[0], ...shown.map(column => named("td", column)));
    const apart = [];
    for (const row of rows) {
      const cells = shown.map(column => column.cells[row.dataset.row] || {t: translate("unknown"), u: true});
      const kind = shown.length < least || row.dataset.row === "short" ? "" : kindOf(cells, "matters" in row.dataset);
      if (kind === "differs") apart.push(titles.get(row));
      row.replaceChildren(rowHead(row, kind), ...cells.map((cell, i) => cellOf(cell, row, shown[i])));
      row.className = kind;
      row.hidden = differs && shown.length >= least && (kind === "alike" || kind === "unknown");
    }
    for (const group of groups) group.hidden = [...group.parentElement.rows].slice(1).every(row => row.hidden);
    beside.hidden = !shown.length;
    status.textContent = shown.length < least ? "" : summary(shown.length, apart);
    for (const link of document.querySelectorAll("a[hreflang]")) link.hash = location.hash; // the same goods in another language
    document.title = shown.length ? shown.map(column => column.name).join(" · ") + " · Midspan" : title;
  }
  const title = document.title;

  // kindOf tells whether the goods differ in a row. Where two are known and differ, they
  // do; where one is unknown beside others, or all are, it is unsure. In rows that do not
  // matter most, a difference is no news: there are too many.
  function kindOf(cells, matters) {
    const known = new Set(cells.filter(cell => !cell.u).map(cell => cell.k || JSON.stringify([cell.t, cell.n])));
    if (known.size > 1) return matters ? "differs" : "other";
    return known.size ? cells.some(cell => cell.u) ? "unsure" : "alike" : "unknown";
  }

  const list = new Intl.ListFormat(document.documentElement.lang || "en");

  function summary(n, apart) {
    const text = apart.length ? translate("{n|good|goods}. They differ in: {list}.", {n, list: list.format(apart)}) : translate("{n|good|goods}. They do not differ in what matters most.", {n});
    return differs ? text + " " + translate("Rows that are alike or unknown of all are left out.") : text;
  }

  function columnHead(column) {
    const drop = make("button", {type: "button", onclick: () => remove(column.slug)}, translate("Remove"));
    drop.setAttribute("aria-label", translate("Remove {name}", {name: column.name}));
    const link = make("a", {href: `goods/${column.slug}.html`}, named("bdi", column));
    const cell = make("th", {}, glyph(column), link, drop);
    cell.scope = "col";
    return cell;
  }

  const named = (tag, column) => make(tag, {}, column.name);

  function drawing(tag, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  // The rows hold what the glyph shows.
  function glyph(column) {
    const shapes = column.glyph.map(([name, path]) => drawing("path", {class: name, d: path}));
    return drawing("svg", {class: "g", viewBox: "0 0 96 32", "aria-hidden": "true"}, drawing("use", {href: "#bank"}), ...shapes);
  }

  function rowHead(row, kind) {
    const cell = row.cells[0], unsure = ["?", translate("nobody can tell whether they differ")];
    const signs = {differs: ["≠", translate("differs")], unsure, unknown: unsure}[kind];
    cell.replaceChildren(titles.get(row));
    if (signs) {
      const sign = make("span", {className: "sign"}, signs[0]);
      sign.setAttribute("aria-hidden", "true");
      cell.append("\u00a0", sign, make("span", {className: "hide"}, " " + signs[1]));
    }
    return cell;
  }

  function cellOf(shown, row, column) {
    const text = make("bdi", {className: shown.c || ""}, shown.t), cell = make("td", {"data-good": column.name}, text);
    if (row.dataset.row === "stage") text.prepend(drawing("svg", {class: "s", "aria-hidden": "true"}, drawing("use", {href: "#s-" + column.stage})), " ");
    for (const note of shown.n || []) cell.append(make("small", {}, make("bdi", {}, note)));
    return cell;
  }

  async function change(list) {
    slugs = list;
    writeAddress();
    await show();
  }

  // remove takes a good off, and hands the focus to the next one or to the search.
  async function remove(slug) {
    const at = slugs.indexOf(slug);
    await change(slugs.filter(other => other !== slug));
    const buttons = head.querySelectorAll("button");
    (buttons[Math.min(at, buttons.length - 1)] || form.elements.add).focus();
  }

  const plain = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

  // matches are the goods whose name or id holds all words of a text.
  function matches(text) {
    const words = plain(text).split(/\s+/);
    return goods.filter(good => words.every(word => good.text.includes(word)));
  }

  async function suggest() {
    if (!await loadNames()) return;
    const text = form.elements.add.value;
    names.replaceChildren(...(text.trim() ? matches(text) : goods).filter(good => !slugs.includes(good.slug)).slice(0, 20)
      .map(good => make("option", {value: good.title})));
  }

  async function add() {
    const text = form.elements.add.value;
    if (!text.trim()) return;
    const refuse = text => problems.replaceChildren(make("li", {dir: "auto"}, text));
    if (!await loadNames()) return refuse(translate("The names of the goods could not be loaded from this report."));
    const exact = goods.filter(good => [good.title, good.name, good.slug].some(name => plain(name) === plain(text)));
    const found = exact.length ? exact : matches(text);
    if (!found.length) return refuse(translate("No good of this report is called “{name}”.", {name: cut(text, 60)}));
    if (found.length > 1) return refuse(translate("{n|good is|goods are} called so: choose one from the list, or say more of its name.", {n: found.length}));
    if (slugs.includes(found[0].slug)) return refuse(translate("{name} stands in the table already.", {name: cut(found[0].name, 60)}));
    form.elements.add.value = "";
    await change([...slugs.filter(slug => columns.has(slug)), found[0].slug]);
    if (form.elements.add.disabled) head.querySelector("th:last-child button").focus();
  }

  // loadNames loads the names of the table of all goods, once.
  async function loadNames() {
    if (goods === undefined) goods = await load(new URL("table/names.js", script).href) ? namesIn(allNames) : null;
    return goods;
  }
  let allNames;
  window.midspanTable = (name, day, n, part) => allNames = part;

  // A name that several goods have is shown with the id behind it.
  function namesIn({pages, id, name}) {
    const shown = name.map((name, i) => name || id[i]), count = new Map();
    for (const name of shown) count.set(plain(name), (count.get(plain(name)) || 0) + 1);
    return shown.map((name, i) => ({
      slug: pages[i] ? pages[i].replace(/^goods\/|\.html$/g, "") : id[i], name, text: plain(`${name} ${id[i]}`),
      title: count.get(plain(name)) === 1 ? name : `${name} (${id[i]})`,
    }));
  }

  // The address names the goods that are shown: skipping to them must not change it.
  function skip(event) {
    event.preventDefault();
    main.tabIndex = -1;
    main.focus();
  }

  function start() {
    main.querySelector(".needs").remove();
    form.hidden = false;
    form.onsubmit = event => { event.preventDefault(); add(); };
    form.elements.add.onfocus = form.elements.add.oninput = suggest;
    form.elements.differs.onchange = () => { differs = form.elements.differs.checked; change(slugs); };
    document.querySelector(".skip").onclick = skip;
    addEventListener("hashchange", () => { readAddress(); show(); });
    readAddress();
    show();
  }
  start();
})();
