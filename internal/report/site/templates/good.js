// Lets a reader change what the page of a good assumes, keeps it in the address, and
// copies the upgrade plan and the job description. The page is whole without it. Its words stand in the page.
"use strict";
(() => {
  const money = document.getElementById("money");
  const numbers = new Intl.NumberFormat((document.documentElement.lang || "en") + "-u-nu-latn", {maximumFractionDigits: 1});
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

  function copies(plan) {
    const button = make("button", {type: "button", textContent: plan.dataset.copy});
    const said = make("span", {className: "meta"});
    said.setAttribute("role", "status");
    button.onclick = async () => {
      try {
        await navigator.clipboard.writeText(plan.querySelector("pre").textContent);
        said.textContent = plan.dataset.copied;
      } catch {
        getSelection().selectAllChildren(plan.querySelector("pre")); // the reader copies it
      }
    };
    plan.append(button, " ", said);
  }

  // asked is what the address assumes: #money?people=8&price=4000.
  const asked = () => new URLSearchParams(location.hash.startsWith("#money?") ? location.hash.slice(7) : "");

  function assumes() {
    const body = money.querySelector("tbody"), sum = body.querySelector("output"), days = 20;
    const field = (key, value, named) => {
      const input = make("input", {type: "number", min: 0, max: 1e9, step: "any", value});
      input.dataset.start = value;
      input.name = key;
      input.setAttribute("aria-label", named);
      return input;
    };
    for (const row of body.querySelectorAll("[data-k]")) {
      const shown = row.querySelector("data");
      shown.before(field(row.dataset.k, shown.value, row.cells[0].textContent));
      shown.className = "assumed"; // paper shows it, and no field
    }
    const price = make("tr", {}), total = make("tr", {className: "sum"}), paid = make("output", {});
    const head = text => Object.assign(make("th", {textContent: text}), {scope: "row"});
    const cell = content => { const td = make("td", {className: "n"}); td.append(content); return td; };
    price.append(head(money.dataset.price), cell(field("price", 0, money.dataset.price)));
    total.append(head(money.dataset.total), cell(paid));
    body.append(price, total);
    const inputs = [...body.querySelectorAll("input")];
    const valueOf = input => Math.max(0, input.valueAsNumber || 0);

    function reckon() {
      let months = 0;
      for (const input of inputs) {
        if (input.name === "price") continue;
        const times = Number(input.closest("tr").dataset.n) || 0;
        months += times ? times * valueOf(input) / days : valueOf(input);
      }
      sum.textContent = numbers.format(months);
      total.hidden = !valueOf(inputs.at(-1));
      paid.textContent = numbers.format(Math.round(months * valueOf(inputs.at(-1))));
    }

    function read() {
      const given = asked();
      for (const input of inputs) input.value = /^\d+(\.\d+)?$/.test(given.get(input.name) ?? "") ? given.get(input.name) : input.dataset.start;
      if ([...given].length) money.open = true;
      reckon();
    }

    body.addEventListener("input", () => {
      const given = new URLSearchParams();
      for (const input of inputs) if (valueOf(input) !== Number(input.dataset.start)) given.set(input.name, valueOf(input));
      history.replaceState(null, "", "#money" + (given.size ? "?" + given : ""));
      reckon();
    });
    addEventListener("hashchange", read);
    read();
  }

  document.querySelectorAll("[data-copy]").forEach(copies);
  if (money?.querySelector("tbody")) assumes();
})();
