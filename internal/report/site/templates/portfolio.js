// Adds controls to the table of all goods: filters, a search, columns to sort by, an
// address for every view, a CSV file of what is shown. The page and those after it are
// whole without it. Once the reader comes near the table it loads the rows that are shown,
// and of the rest each file only when it is asked for; see package table.
"use strict";
(() => {
  // The columns of the table as addresses name them; the span is a picture.
  const columns = ["good", "", "stage", "load", "people", "momentum", "upkeep", "funding", "risk", "commit", "advisories", "coverage"]; // policies stand behind them
  const pillars = ["load", "people", "momentum", "upkeep", "funding"];
  const unstated = "-"; // in addresses: the catalog has no value
  const prefix = "#goods?";
  const few = 40; // values that a list of a filter shows before they are searched
  const size = 25, block = 100; // rows of a page, and of a file
  const facets = [{id: "stage", title: translate("Stage")}, {id: "sdg", title: translate("Goal (SDG)")}, {id: "sector", title: translate("Sector")},
    {id: "country", title: translate("Deployed in")}, {id: "organization", title: translate("Organization")}, {id: "licence", title: translate("Licence")}];

  const section = document.getElementById("goods");
  const table = section && section.querySelector("table.goods");
  if (!table) return;
  const folder = new URL("table/", document.currentScript.src);
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells], caption = table.caption, plainCaption = caption.textContent;
  const asOf = document.querySelector(".lead time")?.dateTime, goods = Number(table.dataset.goods);
  let state = {chosen: {}}, shown = [], controls, turns = 0;

  const plain = text => /^[\x00-\x7f]*$/.test(text) ? text.toLowerCase() : text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  // What was loaded, by name. Files of another report do not count.
  const parts = new Map();
  window.midspanTable = (name, day, n, part) => { if (day === asOf && n === goods) parts.set(name, part); };
  const addressOf = name => name.startsWith("rows-") ? `table/${name}.js` : new URL(name + ".js", folder).href; // the rows are in the language of the page

  // need loads what is not there yet, and tells whether all came.
  async function need(names) {
    const missing = names.filter(name => !parts.has(name));
    if (!missing.length) return true;
    await Promise.all(missing.map(name => load(addressOf(name))));
    return missing.every(name => parts.has(name));
  }

  const made = new Map(); // what was made of parts, by name
  const once = (name, make) => { if (!made.has(name)) made.set(name, make()); return made.get(name); };

  // The rows are HTML as the pages have it, made and escaped by the program.
  const fileOf = at => "rows-" + Math.floor(at / block);
  function rowOf(at) {
    const {rows, pieces} = parts.get(fileOf(at));
    return rows[at % block].map(piece => pieces[piece]).join("");
  }

  // Goods that a reader picks to lay them side by side. compare.js takes as many.
  const mostPicked = 4, picked = new Map();

  function pickBox(at, link) {
    const label = translate("Compare {name}", {name: link.textContent}), checked = picked.has(at);
    return make("input", {type: "checkbox", className: "pick", value: at, "aria-label": label, checked, disabled: !checked && picked.size >= mostPicked});
  }

  function showPicked() {
    for (const box of body.querySelectorAll(".pick")) box.disabled = !box.checked && picked.size >= mostPicked;
    controls.compare.hidden = !picked.size;
    controls.compare.href = "compare.html#" + [...picked.values()].join(",");
    controls.compare.textContent = picked.size < 2 ? translate("Compare it with others") : picked.size < mostPicked ? translate("Compare {n|good|goods}", {n: picked.size}) : translate("Compare {n|good|goods}, as many as there is room for", {n: picked.size});
  }

  // The state of a view is in its address: q, sort and page, and of each
  // facet the values chosen.

  function readAddress() {
    const query = new URLSearchParams(location.hash.startsWith(prefix) ? location.hash.slice(prefix.length) : "");
    state = {q: query.get("q") || "", sort: query.get("sort") || "", page: Math.max(1, parseInt(query.get("page"), 10) || 1), chosen: {}};
    if (!columns.includes(state.sort.replace(/^-/, ""))) state.sort = "";
    for (const {id} of facets) state.chosen[id] = [...new Set(query.getAll(id).filter(Boolean))];
  }

  // spell writes the chosen values as the data do.
  function spell() {
    for (const {id} of facets) {
      if (!state.chosen[id].length) continue;
      const {terms} = parts.get("facet-" + id);
      state.chosen[id] = [...new Set(state.chosen[id].map(value => (terms.find(term => term[0].toLowerCase() === value.toLowerCase()) || [value])[0]))];
    }
  }

  function writeAddress() {
    const query = new URLSearchParams();
    if (state.q) query.set("q", state.q);
    if (state.sort) query.set("sort", state.sort);
    for (const {id} of facets) for (const value of state.chosen[id]) query.append(id, value);
    if (state.page > 1) query.set("page", state.page);
    history.replaceState(null, "", query.size ? prefix + query : "#goods");
  }

  const isFiltered = () => Boolean(state.q || state.sort || facets.some(({id}) => state.chosen[id].length));

  // Choosing: values of one facet widen, facets narrow one another.

  // placesOf are the terms of all goods in one list, and where those of each good begin in it.
  const placesOf = id => once("places " + id, () => {
    const {of} = parts.get("facet-" + id), starts = new Uint32Array(goods + 1), places = [];
    let good = 0, n = -1; // n: the number that is being read
    for (let i = 0; i < of.length; i++) {
      const sign = of.charCodeAt(i);
      if (sign === 59 || sign === 44) { // ; ,
        if (n >= 0) places.push(n);
        n = -1;
        if (sign === 59) starts[++good] = places.length;
      } else n = Math.max(n, 0) * 36 + (sign < 58 ? sign - 48 : sign - 87);
    }
    if (n >= 0) places.push(n);
    starts.fill(places.length, good + 1);
    return {starts, places: Uint32Array.from(places)};
  });

  // titleOf is how a value of a facet reads: a goal by its number and its name.
  const titleOf = (id, term) => !term[1] ? term[0] : id === "sdg" ? `${term[0]} ${translate(term[1])}` : translate(term[1]);
  const titlesOf = id => once("titles " + id, () => parts.get("facet-" + id).terms.map(term => titleOf(id, term)));
  const plainTitles = id => once("plain " + id, () => titlesOf(id).map(plain));
  const plainNames = () => once("plain names", () => {
    const {id, name} = parts.get("names");
    return id.map((id, at) => plain(name[at] + "\n" + id));
  });

  const searchParts = ["names", ...facets.map(({id}) => "facet-" + id)];

  // matches marks the goods that have all words of a search in their name, their id or a
  // value; the last search is kept.
  function matches(search) {
    const words = plain(search).split(/\s+/).filter(Boolean), key = words.join(" ");
    if (!words.length) return null;
    if (made.get("search")?.key === key) return made.get("search").yes;
    const yes = new Uint8Array(goods).fill(1), names = plainNames();
    for (const word of words) {
      const lists = facets.map(({id}) => {
        const titles = plainTitles(id), has = new Uint8Array(titles.length);
        let some = false;
        titles.forEach((title, i) => { if (title.includes(word)) { has[i] = 1; some = true; } });
        return some ? {has, ...placesOf(id)} : null;
      }).filter(Boolean);
      for (let at = 0; at < goods; at++) {
        if (!yes[at] || names[at].includes(word)) continue;
        yes[at] = lists.some(({has, starts, places}) => { for (let i = starts[at]; i < starts[at + 1]; i++) if (has[places[i]]) return true; return false; }) ? 1 : 0;
      }
    }
    made.set("search", {key, yes});
    return yes;
  }

  // The last place of a facet's wants and counts is that of goods without a value.
  function wantsOf(id) {
    const {terms} = parts.get("facet-" + id), wants = new Uint8Array(terms.length + 1);
    for (const value of state.chosen[id]) {
      const at = value === unstated ? terms.length : terms.findIndex(term => term[0] === value);
      if (at >= 0) wants[at] = 1; // a value that no good has finds none
    }
    return wants;
  }

  // select finds the goods to show, and counts what each value of one facet would show
  // beside the other facets.
  function select(counted) {
    const yes = matches(state.q), asked = facets.filter(({id}) => state.chosen[id].length && id !== counted).map(({id}) => ({wants: wantsOf(id), ...placesOf(id)}));
    const own = counted && {wants: state.chosen[counted].length ? wantsOf(counted) : null, ...placesOf(counted)};
    const counts = counted && new Uint32Array(parts.get("facet-" + counted).terms.length + 1), found = [];
    const meets = ({wants, starts, places}, at) => {
      if (starts[at] === starts[at + 1]) return wants[wants.length - 1];
      for (let i = starts[at]; i < starts[at + 1]; i++) if (wants[places[i]]) return 1;
      return 0;
    };
    for (let at = 0; at < goods; at++) {
      if (yes && !yes[at] || asked.length && asked.some(facet => !meets(facet, at))) continue;
      if (!own) { found.push(at); continue; }
      if (!own.wants || meets(own, at)) found.push(at);
      if (own.starts[at] === own.starts[at + 1]) counts[counts.length - 1]++;
      for (let i = own.starts[at]; i < own.starts[at + 1]; i++) counts[own.places[i]]++;
    }
    return {found, counts};
  }

  // By names the goods come nearly sorted, so that the rules of a language cost little.
  const nameRanks = () => once("ranks", () => {
    const collator = new Intl.Collator(document.documentElement.lang, {numeric: true}), {id, name, order} = parts.get("names"), ranks = new Uint32Array(goods);
    [...order].sort((a, b) => collator.compare(name[a] || id[a], name[b] || id[b])).forEach((at, rank) => { ranks[at] = rank; });
    return ranks;
  });

  // sortParts are what sorting by a column needs.
  const sortParts = column => column === "good" ? ["names"] : column === "stage" ? ["facet-stage"] : ["column-" + column, ...["risk", "advisories", "coverage"].includes(column) ? ["state"] : []];

  // keyOf is what a column sorts by; what is unknown has no key.
  function keyOf(column) {
    if (column === "good") { const ranks = nameRanks(); return at => ranks[at]; }
    if (column === "stage") { const {starts, places} = placesOf("stage"); return at => places[starts[at]]; }
    const {value, low} = parts.get("column-" + column), {read} = parts.get("state") || {};
    if (pillars.includes(column)) return at => value[at] ?? low[at]; // within bounds: the lower one
    return column === "commit" ? at => value[at] : at => read[at] ? value[at] : null; // of a good that was not read they are not shown
  }

  // sorted puts what is unknown last, and what is alike in the order of the table. Key and
  // place become one number, because numbers alone are sorted quickly.
  function sorted(found) {
    if (!state.sort) return found;
    const turn = state.sort.startsWith("-") ? -1 : 1, key = keyOf(state.sort.replace(/^-/, ""));
    const unknown = [], known = found.filter(at => key(at) !== null || !unknown.push(at));
    const numbers = Float64Array.from(known, at => turn * Math.round(key(at) * 1000) * goods + at).sort();
    return [...Array.from(numbers, n => n - Math.floor(n / goods) * goods), ...unknown];
  }

  // Showing.

  // show lays out what the state asks for, once all of it is there.
  async function show() {
    const turn = ++turns, counted = controls?.facets.find(facet => facet.isOpen())?.id;
    const wanted = [...facets.filter(({id}) => state.chosen[id].length || id === counted).map(({id}) => "facet-" + id), ...state.q ? searchParts : [], ...state.sort ? sortParts(state.sort.replace(/^-/, "")) : []];
    section.setAttribute("aria-busy", true);
    let came = await need(wanted);
    if (turn !== turns) return false;
    if (came) {
      spell();
      const {found, counts} = select(counted);
      shown = sorted(found);
      state.page = Math.min(state.page, Math.max(1, Math.ceil(shown.length / size)));
      const from = (state.page - 1) * size, rows = shown.slice(from, from + size);
      came = await need([...new Set(rows.map(fileOf))]);
      if (turn !== turns) return false;
      if (came) layOut(rows, from, counted, counts);
    }
    section.setAttribute("aria-busy", false);
    if (!came && controls) controls.status.textContent = translate("The index of this report could not be loaded.");
    return came;
  }

  function layOut(rows, from, counted, counts) {
    if (!controls) makeControls();
    body.innerHTML = rows.map(rowOf).join("");
    rows.forEach((at, i) => { const cell = body.rows[i].cells[0]; cell.prepend(pickBox(at, cell.querySelector("a"))); });
    const count = translate("{n} of {all|good|goods}", {n: shown.length, all: goods});
    controls.status.textContent = shown.length > size ? translate("{count}, here {from} to {to}", {count, from: from + 1, to: from + rows.length}) : count;
    for (const facet of controls.facets) facet.show(facet.id === counted ? counts : null);
    if (document.activeElement !== controls.search || controls.search.value.trim() !== state.q) controls.search.value = state.q;
    controls.clear.disabled = !isFiltered();
    controls.csv.disabled = !shown.length;
    showChosen();
    showPager();
    showOrder(count);
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
    else caption.textContent = shown.length < goods ? translate("{count} by stage, the heaviest load first", {count}) : plainCaption;
  }

  function showChosen() {
    const items = controls.facets.flatMap(facet => state.chosen[facet.id].map(value => {
      const text = translate("{facet}: {value}", {facet: facet.title, value: facet.titleOf(value)});
      const button = make("button", {type: "button", "aria-label": translate("Take away {what}", {what: text}), onclick: () => { choose(facet.id, value, false); facet.button.focus(); }}, make("bdi", {}, text), " ×");
      return make("li", {}, button);
    }));
    controls.chosen.replaceChildren(...items);
    controls.chosen.hidden = !items.length;
  }

  function showPager() {
    const pages = Math.ceil(shown.length / size);
    controls.pager.hidden = pages < 2;
    controls.at.textContent = translate("Page {n} of {all}", {n: state.page, all: pages});
    controls.before.disabled = state.page === 1;
    controls.after.disabled = state.page >= pages;
  }

  function change(part) {
    Object.assign(state, {page: 1}, part);
    writeAddress();
    return show();
  }

  async function turn(by) {
    await change({page: state.page + by});
    table.parentElement.focus();
    section.scrollIntoView();
  }

  function choose(id, value, on) {
    const rest = state.chosen[id].filter(other => other !== value);
    change({chosen: {...state.chosen, [id]: on ? [...rest, value] : rest}});
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
  const columnParts = [...pillars, "risk", "commit", "advisories", "coverage"].map(column => "column-" + column);

  function tableAsCSV() {
    const {id, name} = parts.get("names"), {borderline, seen, score, low, high, levels} = parts.get("state");
    const [risk, commit, advisories, coverage] = ["risk", "commit", "advisories", "coverage"].map(column => parts.get("column-" + column));
    const supports = pillars.map(pillar => parts.get("column-" + pillar)), lists = facets.map(({id}) => ({terms: parts.get("facet-" + id).terms, ...placesOf(id)}));
    const termsOf = ({terms, starts, places}, at) => [...places.slice(starts[at], starts[at + 1])].map(place => terms[place][0]).join("; ");
    const lines = [["id", "name", "stage", "borderline", ...pillars.flatMap(pillar => [pillar + "_level", pillar + "_level_low", pillar + "_level_high", pillar + "_score", pillar + "_score_low", pillar + "_score_high"]), "score", "score_low", "score_high", "risk", "coverage",
      "observed_until", "last_human_commit", "advisories", "advisories_as_text", ...facets.slice(1).map(({id}) => id), "at_least", "at_most"]];
    const later = new Set(commit.atLeast), earlier = new Set(commit.atMost);
    const bounded = (at, days, more) => [days.has(at) && "last_human_commit", more && "advisories"].filter(Boolean).join(" ");
    for (const at of shown) {
      lines.push([id[at], name[at], termsOf(lists[0], at), Boolean(borderline[at]), ...supports.flatMap(of => [...levels[of.level[at]], of.value[at], of.low[at], of.high[at]]),
        score[at], low[at], high[at], risk.value[at], coverage.value[at], isoDay(seen[at]), isoDay(commit.value[at]), advisories.value[at], advisories.text[at], ...lists.slice(1).map(list => termsOf(list, at)),
        bounded(at, later, advisories.value[at] !== null && advisories.text[at].startsWith("at least")), bounded(at, earlier)]);
    }
    return lines.map(line => line.map(cell).join(",") + "\r\n").join("");
  }

  async function download() {
    if (!await need([...searchParts, "state", ...columnParts])) { controls.status.textContent = translate("The index of this report could not be loaded."); return; }
    const address = URL.createObjectURL(new Blob([tableAsCSV()], {type: "text/csv;charset=utf-8"}));
    make("a", {href: address, download: "goods-shown.csv"}).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  // The controls.

  // facetControl is a button that opens a list of values to check. A long list shows
  // what is chosen and what most goods have, and the rest to those who search for it.
  function facetControl({id, title}) {
    const list = make("ul"), rest = make("p", {className: "meta"}), panel = make("div", {id: "find-" + id, className: "values", role: "group", "aria-label": title, hidden: true});
    const button = make("button", {type: "button", className: "facet", onclick: () => open(panel.hidden), onfocus: () => need(["facet-" + id])});
    button.setAttribute("aria-controls", panel.id);
    const search = make("input", {type: "search", autocomplete: "off", spellcheck: false, oninput: () => fillList()}), label = make("label", {}, translate("Find in this list"), search);
    panel.append(list, rest);
    panel.onkeydown = event => { if (event.key === "Escape") { open(false); button.focus(); } };
    let counts, boxes = new Map();

    async function open(wide) {
      if (wide) controls.facets.forEach(other => other.open(false));
      panel.hidden = !wide;
      button.setAttribute("aria-expanded", wide);
      if (!wide) return;
      search.value = "";
      list.replaceChildren();
      counts = null;
      if (await show() && counts) fillList();
    }

    // The values, with the one of goods that have none.
    const values = () => once("values " + id, () => {
      const {starts} = placesOf(id), all = parts.get("facet-" + id).terms.map((term, at) => ({value: term[0], title: titlesOf(id)[at], plain: plainTitles(id)[at]}));
      for (let at = 0; at < goods; at++) {
        if (starts[at] !== starts[at + 1]) continue;
        const title = translate("not stated");
        all.push({value: unstated, title, plain: plain(title)});
        break;
      }
      return all;
    });
    const places = () => once("values by text " + id, () => new Map(values().map(({value}, at) => [value, at])));
    const titleOf = value => values()[places().get(value)]?.title ?? value;
    const countOf = value => counts[places().get(value)] || 0;

    // listed are the values that the list shows now, and how many there are more.
    function listed() {
      const all = values(), chosen = state.chosen[id].filter(value => !places().has(value)); // an address may name what no good has
      if (all.length <= few) return {items: [...all.map(({value}) => value), ...chosen], more: 0};
      const words = plain(search.value).split(/\s+/).filter(Boolean), isChosen = new Set(state.chosen[id]);
      const found = [...all.keys()].filter(at => words.every(word => all[at].plain.includes(word)) && (words.length || counts[at] || isChosen.has(all[at].value)));
      found.sort((a, b) => isChosen.has(all[b].value) - isChosen.has(all[a].value) || counts[b] - counts[a] || a - b);
      return {items: [...chosen, ...found.slice(0, few).map(at => all[at].value)], more: Math.max(0, found.length - few)};
    }

    function fillList() {
      const {items, more} = listed();
      if (values().length > few) list.before(label);
      boxes = new Map(items.map(value => [value, make("input", {type: "checkbox", value, onchange: event => choose(id, value, event.target.checked)})]));
      list.replaceChildren(...items.map(value => make("li", {}, make("label", {}, boxes.get(value), " ", make("bdi", {}, cut(titleOf(value), 90)), " ", make("span", {className: "meta"})))));
      rest.textContent = more ? translate("and {n|other|others}: search to find them", {n: more}) : items.length ? "" : translate("None is found.");
      mark();
    }

    function mark() {
      for (const [value, box] of boxes) {
        box.checked = state.chosen[id].includes(value);
        box.parentElement.lastChild.textContent = `(${number(countOf(value))})`;
        box.parentElement.classList.toggle("nothing", !countOf(value));
      }
    }

    function showFacet(now) {
      const n = state.chosen[id].length;
      button.textContent = n ? translate("{facet} ({n})", {facet: title, n}) : title;
      button.classList.toggle("asked", n > 0);
      if (!now) return;
      counts = now;
      if (list.firstChild) mark();
    }

    button.setAttribute("aria-expanded", false);
    return {id, title, button, panel, titleOf, open, isOpen: () => !panel.hidden, show: showFacet};
  }

  function makeControls() {
    const search = make("input", {type: "search", name: "q", placeholder: translate("name, organization, sector, country"), autocomplete: "off", spellcheck: false});
    search.oninput = () => change({q: search.value.trim()});
    search.onfocus = () => need(searchParts).then(came => came && matches(state.q || unstated)); // made ready before it is asked for
    const each = facets.map(facetControl);
    const clear = make("button", {type: "button", onclick: () => { each.forEach(facet => facet.open(false)); change({q: "", sort: "", chosen: Object.fromEntries(facets.map(({id}) => [id, []]))}); search.focus(); }}, translate("Show all"));
    const csv = make("button", {type: "button", onclick: download}, translate("CSV of what is shown"));
    const status = make("p", {role: "status"}), chosen = make("ul", {className: "chosen", "aria-label": translate("Chosen"), hidden: true});
    const compare = make("a", {hidden: true});
    body.onchange = ({target}) => {
      if (!target.matches(".pick")) return;
      const at = Number(target.value);
      if (target.checked) picked.set(at, target.closest("th").querySelector("a").getAttribute("href").replace(/^goods\/|\.html$/g, ""));
      else picked.delete(at);
      showPicked();
    };
    const form = make("form", {className: "find", role: "search", "aria-label": translate("Find among the goods"), onsubmit: event => event.preventDefault()},
      make("label", {className: "q"}, translate("Search"), search), ...each.flatMap(facet => [facet.button, facet.panel]), chosen, make("div", {className: "row"}, status, compare, clear, csv));
    const before = make("button", {type: "button", onclick: () => turn(-1)}, translate("Previous page")), after = make("button", {type: "button", onclick: () => turn(1)}, translate("Next page")), at = make("span");
    const pager = make("nav", {className: "pager", "aria-label": translate("Pages of the table")}, before, at, after);
    table.parentElement.before(form);
    section.querySelector(".pager")?.remove(); // leads to pages that do without this script
    table.parentElement.after(pager);
    controls = {search, facets: each, clear, csv, status, compare, chosen, pager, before, after, at};
    heads.forEach((head, i) => {
      if (columns[i]) head.replaceChildren(make("button", {type: "button", onclick: () => sortBy(i)}, head.textContent));
    });
  }

  // start shows what the address asks for. Without its files the page stays as it is.
  let started = false;
  async function start() {
    if (started) return;
    started = true;
    readAddress();
    if (!await show()) return;
    if (location.hash.startsWith(prefix)) section.scrollIntoView();
    addEventListener("hashchange", async () => {
      if (!location.hash.startsWith(prefix)) return; // another section: the view stays as it is
      readAddress();
      await show();
      section.scrollIntoView();
    });
  }

  if (location.hash.startsWith(prefix)) start();
  addEventListener("hashchange", () => { if (location.hash.startsWith(prefix)) start(); });
  new IntersectionObserver((entries, observer) => {
    if (!entries.some(entry => entry.isIntersecting)) return;
    observer.disconnect();
    start();
  }, {rootMargin: "800px"}).observe(section);
})();
