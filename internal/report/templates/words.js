// What the scripts of the site share: they write texts in the language of the
// page, by patterns as those of internal/language, and numbers, shares and days as the
// pages do.
"use strict";
const {say, english, number, percent, day, safe, cut, make} = (() => {
  const language = document.documentElement.lang || "en";
  const translations = JSON.parse(document.querySelector("[data-words]")?.dataset.words || "{}");

  // filler fills patterns: {name}; {n|good|goods} is a number with its word, {n!is|are}
  // the word alone. Forms that are not "one|other" bear names: {n|one:…|few:…|other:…}.
  function filler(language) {
    const rules = new Intl.PluralRules(language), numbers = new Intl.NumberFormat(language, {maximumFractionDigits: 2});
    const text = value => typeof value === "number" ? numbers.format(value) : String(value ?? "");
    return (pattern, values = {}) => pattern.replace(/\{([A-Za-z][A-Za-z0-9]*)(?:([|!])([^{}]*))?\}/g, (_, name, mark, words) => {
      const value = values[name];
      if (!mark) return text(value);
      const list = words.split("|"), forms = {};
      list.forEach((word, i) => {
        const named = /^(zero|one|two|few|many|other):(.*)$/s.exec(word);
        if (named) forms[named[1]] = named[2];
        else forms[list.length === 2 && !i ? "one" : "other"] = word;
      });
      const word = forms[rules.select(value)] ?? forms.other ?? "";
      return mark === "|" ? text(value) + " " + word : word;
    });
  }

  const fill = filler(language), english = filler("en");
  const say = (pattern, values) => fill(translations[pattern] || pattern, values);
  const number = n => say("{n}", {n});

  function percent(share) {
    const n = Math.round(share * 100);
    if (share > 0 && n === 0) return say("under {n} %", {n: 1});
    if (share < 1 && n === 100) return say("over {n} %", {n: 99});
    return say("{n} %", {n});
  }

  const months = [say("Jan"), say("Feb"), say("Mar"), say("Apr"), say("May"), say("Jun"), say("Jul"), say("Aug"), say("Sep"), say("Oct"), say("Nov"), say("Dec")];

  // day writes a day that is given as the number of days since 1970.
  function day(days) {
    const date = new Date(days * 864e5);
    return say("{day} {month} {year}", {day: String(date.getUTCDate()), month: months[date.getUTCMonth()], year: String(date.getUTCFullYear())});
  }

  // safe makes a text a part of markup.
  const safe = text => String(text).replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`);

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

  return {say, english, number, percent, day, safe, cut, make};
})();
