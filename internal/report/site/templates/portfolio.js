// Adds controls to the table of all goods: filters, a search, columns to sort by, an
// address for every view, a CSV file of what is shown. The page and those after it are
// whole without it. It loads portfolio-data.js and portfolio-rows.js once the reader
// comes near the table, and nothing else.
"use strict";
(() => {
  // The columns of the table as addresses name them; the span is a picture.
  const columns = ["good", "", "stage", "load", "people", "momentum", "upkeep", "funding", "risk", "commit", "advisories", "coverage"]; // policies stand behind them
  const pillars = ["load", "people", "momentum", "upkeep", "funding"];
  const unstated = "-"; // in addresses: the catalog has no value
  const prefix = "#goods?";
  const few = 40; // values that a list of a filter shows before they are searched
  const soon = 30, pause = 200; // rows that are laid out at once, and milliseconds until the rest: hundreds take their time

  const section = document.getElementById("goods");
  const table = section && section.querySelector("table.goods");
  if (!table) return;
  const folder = new URL(".", document.currentScript.src);
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells], caption = table.caption, plainCaption = caption.textContent;
  let data, goods, all, state = {}, shown = [], parts, later;

  const plain = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const lazily = make => { let made; return () => made ??= make(); };

  const nameOf = at => goods.name[at] || translate("{id} (no name)", {id: goods.id[at]});
  const pageOf = at => data.pages[at] || `goods/${goods.id[at]}.html`;

  // The rows are HTML as the pages have it, made and escaped by the program.
  const rowOf = at => window.midspanRows.rows[at].map(piece => window.midspanRows.pieces[piece]).join("");

  function addRows(places) {
    const from = body.rows.length;
    body.insertAdjacentHTML("beforeend", places.map(rowOf).join(""));
    places.forEach((at, i) => body.rows[from + i].cells[0].prepend(pickBox(at)));
  }

  // Goods that a reader picks to lay them side by side. compare.js takes as many.
  const mostPicked = 4, picked = new Set();
  const slugOf = at => pageOf(at).replace(/^goods\/|\.html$/g, "");

  function pickBox(at) {
    const label = translate("Compare {name}", {name: cut(nameOf(at), 60)}), checked = picked.has(at);
    return make("input", {type: "checkbox", className: "pick", value: at, "aria-label": label, checked, disabled: !checked && picked.size >= mostPicked});
  }

  function showPicked() {
    for (const box of body.querySelectorAll(".pick")) box.disabled = !box.checked && picked.size >= mostPicked;
    parts.compare.hidden = !picked.size;
    parts.compare.href = "compare.html#" + [...picked].map(slugOf).join(",");
    parts.compare.textContent = picked.size < 2 ? translate("Compare it with others") : picked.size < mostPicked ? translate("Compare {n|good|goods}", {n: picked.size}) : translate("Compare {n|good|goods}, as many as there is room for", {n: picked.size});
  }

  // The state of a view is in its address: q, sort and page, and of each
  // facet the values chosen.

  function readAddress() {
    const query = new URLSearchParams(location.hash.startsWith(prefix) ? location.hash.slice(prefix.length) : "");
    state = {q: query.get("q") || "", sort: query.get("sort") || "", page: Math.max(1, parseInt(query.get("page"), 10) || 1), chosen: {}};
    if (!columns.includes(state.sort.replace(/^-/, ""))) state.sort = "";
    for (const facet of data.facets) state.chosen[facet.id] = [...new Set(query.getAll(facet.id).filter(Boolean).map(value => valueOf(facet, value)))];
  }

  // valueOf spells a value as the data does.
  function valueOf(facet, value) {
    const term = facet.terms.find(term => term[0].toLowerCase() === value.toLowerCase());
    return term ? term[0] : value;
  }

  function writeAddress() {
    const query = new URLSearchParams();
    if (state.q) query.set("q", state.q);
    if (state.sort) query.set("sort", state.sort);
    for (const facet of data.facets) for (const value of state.chosen[facet.id]) query.append(facet.id, value);
    if (state.page > 1) query.set("page", state.page);
    history.replaceState(null, "", query.size ? prefix + query : "#goods");
  }

  const isFiltered = () => Boolean(state.q || state.sort || data.facets.some(facet => state.chosen[facet.id].length));

  // Choosing: values of one facet widen, facets narrow one another.

  const searchTexts = lazily(() => {
    const titles = data.facets.map(facet => facet.terms.map(term => plain(titleOf(facet, term))));
    return all.map(at => plain(goods.name[at] + "\n" + goods.id[at]) + "\n" + data.facets.map((facet, i) => facet.of[at].map(term => titles[i][term]).join("\n")).join("\n"));
  });

  // The last place of a facet's wants and counts is that of goods without a value.
  function wantsOf(facet) {
    const chosen = state.chosen[facet.id];
    if (!chosen.length) return null;
    const wants = new Uint8Array(facet.terms.length + 1);
    for (const value of chosen) {
      const at = value === unstated ? facet.terms.length : facet.terms.findIndex(term => term[0] === value);
      if (at >= 0) wants[at] = 1; // a value that no good has finds none
    }
    return wants;
  }

  // select finds the goods to show, and counts for each facet what each of its values
  // would show beside the other facets.
  function select() {
    const wants = data.facets.map(wantsOf), search = plain(state.q).split(/\s+/).filter(Boolean), texts = search.length ? searchTexts() : null;
    const counts = data.facets.map(facet => new Uint32Array(facet.terms.length + 1)), found = [];
    for (const at of all) {
      if (texts && !search.every(word => texts[at].includes(word))) continue;
      let misses = 0, missed = -1;
      data.facets.forEach((facet, i) => {
        if (!wants[i]) return;
        const places = facet.of[at];
        if (places.length ? !places.some(place => wants[i][place]) : !wants[i][facet.terms.length]) { misses++; missed = i; }
      });
      if (!misses) found.push(at);
      if (misses > 1) continue;
      data.facets.forEach((facet, i) => {
        if (misses && missed !== i) return;
        const places = facet.of[at];
        if (places.length) for (const place of places) counts[i][place]++;
        else counts[i][facet.terms.length]++;
      });
    }
    return {found, counts};
  }

  const nameRanks = lazily(() => {
    const collator = new Intl.Collator(document.documentElement.lang, {numeric: true}), names = all.map(at => goods.name[at] || goods.id[at]), ranks = [];
    [...all].sort((a, b) => collator.compare(names[a], names[b])).forEach((at, rank) => { ranks[at] = rank; });
    return ranks;
  });

  // keyOf is what a column sorts by; what is unknown has no key.
  function keyOf(column) {
    if (column === "good") return at => nameRanks()[at];
    const inRow = ["advisories", "coverage"].includes(column); // of a good that was not read they are not shown
    if (column === "risk") return at => goods.read[at] ? goods.risk[at] : null;
    if (pillars.includes(column)) return at => goods[column][at] ?? goods[column + "Low"][at]; // within bounds: the lower one
    return at => inRow && !goods.read[at] ? null : goods[column][at];
  }

  function sorted(found) {
    if (!state.sort) return found;
    const turn = state.sort.startsWith("-") ? -1 : 1, key = keyOf(state.sort.replace(/^-/, "")), keys = [];
    for (const at of found) keys[at] = key(at);
    return found.sort((a, b) => {
      const x = keys[a], y = keys[b];
      if (x === null || y === null) return (x === null) - (y === null) || a - b;
      return turn * (x - y) || a - b;
    });
  }

  // Showing.

  function show() {
    const {found, counts} = select(), size = data.page;
    shown = sorted(found);
    state.page = Math.min(state.page, Math.max(1, Math.ceil(shown.length / size)));
    const from = (state.page - 1) * size, rows = shown.slice(from, from + size);
    showRows(rows);
    const count = translate("{n} of {all|good|goods}", {n: shown.length, all: all.length});
    parts.status.textContent = shown.length > size ? translate("{count}, here {from} to {to}", {count, from: from + 1, to: from + rows.length}) : count;
    parts.facets.forEach((facet, i) => facet.show(counts[i]));
    if (document.activeElement !== parts.search || parts.search.value.trim() !== state.q) parts.search.value = state.q;
    parts.clear.disabled = !isFiltered();
    parts.csv.disabled = !shown.length;
    showChosen();
    showPager();
    showOrder(count);
  }

  function showRows(places) {
    clearTimeout(later);
    body.replaceChildren();
    addRows(places.slice(0, soon));
    if (places.length > soon) later = setTimeout(() => addRows(places.slice(soon)), pause);
  }

  // ways name the two directions of a column.
  function ways(column) {
    switch (column) {
      case "good": return [translate("A to Z"), translate("Z to A")];
      case "stage": return [translate("as stages are listed"), translate("against the list of stages")];
      case "commit": return [translate("earliest first"), translate("latest first")];
    }
    return [translate("lowest first"), translate("highest first")];
  }

  function showOrder(count) {
    const down = state.sort.startsWith("-"), at = columns.indexOf(state.sort.replace(/^-/, ""));
    heads.forEach((head, i) => {
      if (state.sort && i === at) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    if (state.sort) caption.textContent = translate("{count}, by {column}, {way}; what is unknown stands last", {count, column: heads[at].textContent, way: ways(columns[at])[Number(down)]});
    else caption.textContent = shown.length < all.length ? translate("{count} by stage, the heaviest load first", {count}) : plainCaption;
  }

  function showChosen() {
    const items = data.facets.flatMap((facet, i) => state.chosen[facet.id].map(value => {
      const text = translate("{facet}: {value}", {facet: translate(facet.title), value: parts.facets[i].title(value)});
      const button = make("button", {type: "button", "aria-label": translate("Take away {what}", {what: text}), onclick: () => { choose(facet, value, false); parts.facets[i].button.focus(); }}, make("bdi", {}, text), " ×");
      return make("li", {}, button);
    }));
    parts.chosen.replaceChildren(...items);
    parts.chosen.hidden = !items.length;
  }

  function showPager() {
    const pages = Math.ceil(shown.length / data.page);
    parts.pager.hidden = pages < 2;
    parts.at.textContent = translate("Page {n} of {all}", {n: state.page, all: pages});
    parts.before.disabled = state.page === 1;
    parts.after.disabled = state.page >= pages;
  }

  function change(part) {
    Object.assign(state, {page: 1}, part);
    writeAddress();
    show();
  }

  function turn(by) {
    change({page: state.page + by});
    table.parentElement.focus();
    section.scrollIntoView();
  }

  function choose(facet, value, on) {
    const rest = state.chosen[facet.id].filter(other => other !== value);
    change({chosen: {...state.chosen, [facet.id]: on ? [...rest, value] : rest}});
  }

  // A first press shows most or latest first, except of names and stages.
  function sortBy(at) {
    const up = columns[at], down = "-" + up, start = at === 0 || up === "stage" ? up : down;
    change({sort: state.sort !== start ? start : start === up ? down : up});
  }

  // A file of what is shown, in English as all files are.

  // A cell that a spreadsheet would read as a formula gets an apostrophe before it, as
  // in goods.csv.
  function cell(value) {
    let text = String(value ?? "");
    if (/^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text)) text = "'" + text;
    return /[",\r\n]|^\s/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  const isoDay = days => days === null ? "" : new Date(days * 864e5).toISOString().slice(0, 10);

  function tableAsCSV() {
    const facets = data.facets.slice(1);
    const lines = [["id", "name", "stage", "borderline", ...pillars.flatMap(pillar => [pillar + "_level", pillar + "_level_low", pillar + "_level_high", pillar + "_score", pillar + "_score_low", pillar + "_score_high"]), "score", "score_low", "score_high", "risk", "coverage",
      "observed_until", "last_human_commit", "advisories", "advisories_as_text", ...facets.map(facet => facet.id)]];
    for (const at of shown) {
      lines.push([goods.id[at], goods.name[at], data.facets[0].terms[goods.stage[at]][0], Boolean(goods.borderline[at]), ...pillars.flatMap(pillar => [...data.levels[goods[pillar + "Level"][at]], goods[pillar][at], goods[pillar + "Low"][at], goods[pillar + "High"][at]]),
        goods.score[at], goods.low[at], goods.high[at], goods.risk[at], goods.coverage[at], isoDay(goods.seen[at]), isoDay(goods.commit[at]), goods.advisories[at], goods.advisoriesText[at],
        ...facets.map(facet => facet.of[at].map(term => facet.terms[term][0]).join("; "))]);
    }
    return lines.map(line => line.map(cell).join(",") + "\r\n").join("");
  }

  function download() {
    const address = URL.createObjectURL(new Blob([tableAsCSV()], {type: "text/csv;charset=utf-8"}));
    make("a", {href: address, download: "goods-shown.csv"}).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  // The controls.

  // titleOf is how a value of a facet reads: a goal by its number and its name.
  function titleOf(facet, term) {
    if (!term[1]) return term[0];
    return facet.id === "sdg" ? `${term[0]} ${translate(term[1])}` : translate(term[1]);
  }

  // facetControl is a button that opens a list of values to check. A long list shows
  // what is chosen and what most goods have, and the rest to those who search for it.
  function facetControl(facet) {
    const long = facet.terms.length > few, nobody = facet.terms.length;
    const titles = facet.terms.map(term => titleOf(facet, term)), plainTitles = lazily(() => titles.map(plain));
    const values = facet.terms.map(term => term[0]);
    const list = make("ul"), rest = make("p", {className: "meta"}), panel = make("div", {id: "find-" + facet.id, className: "values", role: "group", "aria-label": translate(facet.title), hidden: true});
    const button = make("button", {type: "button", className: "facet", onclick: () => open(panel.hidden)});
    button.setAttribute("aria-controls", panel.id);
    const search = make("input", {type: "search", autocomplete: "off", spellcheck: false, oninput: () => fillList()});
    if (long) panel.append(make("label", {}, translate("Find in this list"), search));
    panel.append(list, rest);
    panel.onkeydown = event => { if (event.key === "Escape") { open(false); button.focus(); } };
    let counts, boxes = new Map();
    if (facet.of.some(places => !places.length)) { values.push(unstated); titles.push(translate("not stated")); }

    function open(wide) {
      if (wide) parts.facets.forEach(other => other.open(false));
      panel.hidden = !wide;
      button.setAttribute("aria-expanded", wide);
      if (wide) { search.value = ""; fillList(); }
    }

    const title = value => { const at = values.indexOf(value); return at < 0 ? value : titles[at]; };
    const countOf = value => { const at = values.indexOf(value); return at < 0 ? 0 : counts[at]; };

    // listed are the values that the list shows now, and how many there are more.
    function listed() {
      const chosen = state.chosen[facet.id].filter(value => !values.includes(value)); // an address may name what no good has
      if (!long) return {items: [...values, ...chosen], more: 0};
      const words = plain(search.value).split(/\s+/).filter(Boolean), isChosen = new Set(state.chosen[facet.id]);
      const places = [...values.keys()].filter(at => words.every(word => (plainTitles()[at] ?? plain(titles[at])).includes(word)) && (words.length || counts[at] || isChosen.has(values[at])));
      places.sort((a, b) => isChosen.has(values[b]) - isChosen.has(values[a]) || counts[b] - counts[a] || a - b);
      return {items: [...chosen, ...places.slice(0, few).map(at => values[at])], more: Math.max(0, places.length - few)};
    }

    function fillList() {
      const {items, more} = listed();
      boxes = new Map(items.map(value => [value, make("input", {type: "checkbox", value, onchange: event => choose(facet, value, event.target.checked)})]));
      list.replaceChildren(...items.map(value => make("li", {}, make("label", {}, boxes.get(value), " ", make("bdi", {}, cut(title(value), 90)), " ", make("span", {className: "meta"})))));
      rest.textContent = more ? translate("and {n|other|others}: search to find them", {n: more}) : items.length ? "" : translate("None is found.");
      mark();
    }

    function mark() {
      for (const [value, box] of boxes) {
        box.checked = state.chosen[facet.id].includes(value);
        box.parentElement.lastChild.textContent = `(${number(countOf(value))})`;
        box.parentElement.classList.toggle("nothing", !countOf(value));
      }
    }

    function showFacet(now) {
      counts = now;
      const n = state.chosen[facet.id].length;
      button.textContent = n ? translate("{facet} ({n})", {facet: translate(facet.title), n}) : translate(facet.title);
      button.classList.toggle("asked", n > 0);
      if (!panel.hidden) mark();
    }

    button.setAttribute("aria-expanded", false);
    return {button, panel, title, open, show: showFacet};
  }

  function makeControls() {
    const search = make("input", {type: "search", name: "q", placeholder: translate("name, organization, sector, country"), autocomplete: "off", spellcheck: false});
    search.oninput = () => change({q: search.value.trim()});
    const facets = data.facets.map(facetControl);
    const clear = make("button", {type: "button", onclick: () => { facets.forEach(facet => facet.open(false)); change({q: "", sort: "", chosen: Object.fromEntries(data.facets.map(facet => [facet.id, []]))}); search.focus(); }}, translate("Show all"));
    const csv = make("button", {type: "button", onclick: download}, translate("CSV of what is shown"));
    const status = make("p", {role: "status"}), chosen = make("ul", {className: "chosen", "aria-label": translate("Chosen"), hidden: true});
    const compare = make("a", {hidden: true});
    body.onchange = ({target}) => { if (target.matches(".pick")) { picked[target.checked ? "add" : "delete"](Number(target.value)); showPicked(); } };
    const form = make("form", {className: "find", role: "search", "aria-label": translate("Find among the goods"), onsubmit: event => event.preventDefault()},
      make("label", {className: "q"}, translate("Search"), search), ...facets.flatMap(facet => [facet.button, facet.panel]), chosen, make("div", {className: "row"}, status, compare, clear, csv));
    const before = make("button", {type: "button", onclick: () => turn(-1)}, translate("Previous page")), after = make("button", {type: "button", onclick: () => turn(1)}, translate("Next page")), at = make("span");
    const pager = make("nav", {className: "pager", "aria-label": translate("Pages of the table")}, before, at, after);
    table.parentElement.before(form);
    section.querySelector(".pager")?.remove(); // leads to pages that do without this script
    table.parentElement.after(pager);
    parts = {search, facets, clear, csv, status, compare, chosen, pager, before, after, at};
  }

  function makeHeads() {
    heads.forEach((head, i) => {
      if (columns[i]) head.replaceChildren(make("button", {type: "button", onclick: () => sortBy(i)}, head.textContent));
    });
  }

  function start() {
    data = window.midspanGoods;
    const asOf = document.querySelector(".lead time")?.dateTime, n = Number(table.dataset.goods), rows = window.midspanRows;
    if (!data || !rows) return; // the other file is on its way, or missing
    if (data.goods.id.length !== n || rows.rows.length !== n || data.asOf !== asOf || rows.asOf !== asOf) return; // of another report
    goods = data.goods;
    all = [...goods.id.keys()];
    data.facets[0].of = goods.stage.map(stage => [stage]);
    readAddress();
    makeControls();
    makeHeads();
    show();
    if (location.hash.startsWith(prefix)) section.scrollIntoView();
    addEventListener("hashchange", () => {
      if (!location.hash.startsWith(prefix)) return; // another section: the view stays as it is
      readAddress();
      show();
      section.scrollIntoView();
    });
    setTimeout(() => { searchTexts(); nameRanks(); }, 50); // before they are asked for
  }

  let loading = false;
  function load() {
    if (loading) return;
    loading = true;
    const addresses = [new URL("portfolio-data.js", folder).href, "portfolio-rows.js"]; // the rows are in the language of the page
    document.head.append(...addresses.map(src => make("script", {src, onload: start})));
  }

  if (location.hash.startsWith(prefix)) load();
  addEventListener("hashchange", () => { if (location.hash.startsWith(prefix)) load(); });
  new IntersectionObserver((entries, observer) => {
    if (!entries.some(entry => entry.isIntersecting)) return;
    observer.disconnect();
    load();
  }, {rootMargin: "800px"}).observe(section);
})();
