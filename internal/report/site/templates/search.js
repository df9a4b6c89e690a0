// Finds goods by words. It loads a list of what there is, of each word that a reader
// writes the one file that holds such words, and of the goods found the files of those
// that it shows; see package search. Everything from these files becomes text, never
// markup. The words stand in the address, as in search.html#health+records.
"use strict";
(() => {
  const step = 20; // results that are shown at once
  const folder = new URL("search/", document.currentScript.src);
  const stages = new Map([...document.querySelectorAll("[data-stage]")].map(name => [name.dataset.stage, name]));
  const form = document.querySelector("form.search"), list = document.querySelector("ol.found"), status = form.querySelector("[role=status]");
  const more = document.querySelector("button.more");
  const words = new Map(), goods = new Map();
  let about, turn = 0, found = [], shown = 0;

  window.midspanSearch = {
    about: value => about = value,
    words: (key, value) => words.set(key, Object.entries(value).map(([word, lists]) => [word, ...lists.split("|").map(numbers)])),
    goods: (n, value) => goods.set(n, value),
  };

  function numbers(text) {
    let at = 0;
    return text ? text.split(",").map(step => at += parseInt(step, 36)) : [];
  }

  const addressOf = name => new URL(name, folder).href;

  // As Words in package search.
  const apart = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[\p{L}\p{N}]+/gu;
  const solid = /(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])|(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])/u;
  const wordsOf = text => (text.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "").match(apart) || []).flatMap(run => run.split(solid)).map(word => [...word].slice(0, 40).join("")).slice(0, 12);

  const keyOf = word => [...word].slice(0, 2).join("");
  const fileOf = key => "words-" + (/^[a-z0-9]+$/.test(key) ? key : "u-" + [...key].map(sign => sign.codePointAt(0).toString(16)).join("-")) + ".js";

  // keysOf are the keys of the words that begin with what was written: of one character
  // all that begin with it.
  const keysOf = word => about.keys.filter(key => [...word].length > 1 ? key === keyOf(word) : key === word || key.startsWith(word));

  // hits are the goods that have a word which begins so: 2 in a name as it is, 1 in a
  // name, 0 elsewhere.
  function hits(begin) {
    const best = new Map();
    for (const key of keysOf(begin)) {
      for (const [word, inName, elsewhere] of words.get(key) || []) {
        if (!word.startsWith(begin)) continue;
        for (const n of inName) best.set(n, Math.max(best.get(n) || 0, word === begin ? 2 : 1));
        for (const n of elsewhere) if (!best.has(n)) best.set(n, 0);
      }
    }
    return best;
  }

  async function find() {
    const mine = ++turn, text = form.elements.q.value, asked = [...new Set(wordsOf(text))];
    history.replaceState(null, "", text.trim() ? "#" + encodeURIComponent(text.trim()).replace(/%20/g, "+") : location.pathname + location.search);
    if (!asked.length) return lay([], "");
    if (!await load(addressOf("about.js")) || about.asOf !== document.querySelector("footer time")?.dateTime) return lay([], translate("The index of this report could not be loaded."));
    await Promise.all([...new Set(asked.flatMap(keysOf))].map(key => load(addressOf(fileOf(key)))));
    if (mine !== turn) return; // the reader wrote on
    const all = asked.map(hits).sort((a, b) => a.size - b.size), scores = [];
    for (const n of all[0].keys()) {
      if (all.every(hit => hit.has(n))) scores.push([n, all.reduce((sum, hit) => sum + hit.get(n), 0)]);
    }
    scores.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    await lay(scores.map(([n]) => n), scores.length ? translate("{n|good is|goods are} found.", {n: scores.length}) : translate("No good of this report has all these words."));
  }

  async function lay(result, said) {
    found = result;
    shown = 0;
    const rows = await next(turn);
    if (!rows) return;
    list.replaceChildren(...rows);
    status.textContent = said;
  }

  // next makes the next results, and counts them; nothing where another search began.
  async function next(mine) {
    const wanted = found.slice(shown, shown + step);
    await Promise.all([...new Set(wanted.map(n => Math.floor(n / about.block)))].map(n => load(addressOf(`goods-${n}.js`))));
    if (mine !== turn) return null;
    shown += wanted.length;
    more.hidden = shown >= found.length;
    return wanted.map(n => row(goods.get(Math.floor(n / about.block))?.[n % about.block])).filter(Boolean);
  }

  function row(good) {
    if (!good) return null;
    const [name, page, stage, about] = good;
    return make("li", {}, make("a", {href: page}, make("bdi", {}, name)), " ", ...stages.get(stage)?.cloneNode(true).childNodes || [],
      make("small", {}, make("bdi", {}, about)));
  }

  function readAddress() {
    let text = location.hash.slice(1).replace(/\+/g, " ");
    try { text = decodeURIComponent(text); } catch { /* it stays as it is written */ }
    form.elements.q.value = text === "main" ? "" : text;
    find();
  }

  document.querySelector(".needs").remove();
  form.hidden = false;
  form.onsubmit = event => { event.preventDefault(); find(); };
  form.elements.q.oninput = find;
  more.onclick = async () => {
    const rows = await next(turn);
    if (rows) { list.append(...rows); rows[0]?.querySelector("a").focus(); }
  };
  addEventListener("hashchange", readAddress);
  readAddress();
})();
