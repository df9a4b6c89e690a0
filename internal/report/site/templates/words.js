// What the scripts of the site share: they fill patterns as those of
// internal/language, in the language of the page.
"use strict";
const {translate, number, cut, make, load} = (() => {
  const language = (document.documentElement.lang || "en") + "-u-nu-latn"; // one kind of digits on a page
  const translations = JSON.parse(document.querySelector("[data-words]")?.dataset.words || "{}");

  const rules = new Intl.PluralRules(language), numbers = new Intl.NumberFormat(language, {maximumFractionDigits: 2});
  const textOf = value => typeof value === "number" ? numbers.format(value) : String(value ?? "");

  // translate fills a pattern: {name}; {n|good|goods} is a number with its word, {n!is|are} the
  // word alone. Forms that are not "one|other" have names: {n|one:…|few:…|other:…}.
  const translate = (pattern, values = {}) => (translations[pattern] || pattern).replace(/\{([A-Za-z][A-Za-z0-9]*)(?:([|!])([^{}]*))?\}/g, (_, name, mark, words) => {
    const value = values[name];
    if (!mark) return textOf(value);
    const list = words.split("|"), forms = {};
    list.forEach((word, i) => {
      const named = /^(zero|one|two|few|many|other):(.*)$/s.exec(word);
      if (named) forms[named[1]] = named[2];
      else forms[list.length === 2 && !i ? "one" : "other"] = word;
    });
    const word = forms[rules.select(value)] ?? forms.other ?? "";
    return mark === "|" ? textOf(value) + " " + word : word;
  });
  const number = n => translate("{n}", {n});

  function cut(text, most) {
    const signs = [...text];
    return signs.length <= most ? text : signs.slice(0, most - 1).join("").trim() + "…";
  }

  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element) element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  // load loads a script once, and tells whether it came.
  const loads = new Map();
  function load(address) {
    if (!loads.has(address)) {
      loads.set(address, new Promise(done => document.head.append(make("script", {src: address, onload: () => done(true), onerror: () => done(false)}))));
    }
    return loads.get(address);
  }

  return {translate, number, cut, make, load};
})();
