"use strict";
// Fills the table of violations from the embedded data. Rows are made in portions, so that thousands of them open without lag;
// the filter and the order stand in the fragment of the address, so that a view can be linked to.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const S = data.strings;
  const SEVERITIES = ["note", "warning", "error"];
  const STATES = ["new", "baselined", "suppressed", "exempted"];
  const EXEMPTED = 3;
  const CODE = ["production", "tests", "types"];
  const PORTION = 150;
  const rows = data.rows.map((r, at) => {
    const row = {
      at, severity: r[0], path: S[r[1]], line: r[2], column: r[3], rules: r[4].map((it) => S[it]), messages: r[5].map((it) => S[it]), instead: r[6] < 0 ? "" : S[r[6]],
      scope: S[r[7]], state: r[8], code: r[9], points: r[10], reason: r[11] < 0 ? "" : S[r[11]], via: r[12], id: S[r[13]],
    };
    row.rule = row.rules.join(", ");
    row.message = row.messages[0];
    row.text = [row.path + ":" + row.line, row.rule, ...row.messages, row.instead, row.scope, row.reason].join("\n").toLowerCase();
    return row;
  });
  // An exempted place is no violation, and one place can be two.
  const NOUN = rows.some((row) => row.state === EXEMPTED || row.rules.length > 1) ? "place" : "violation";
  const byId = (id) => document.getElementById(id);
  const controls = { filter: byId("filter"), rule: byId("rule"), severity: byId("severity"), code: byId("code"), state: byId("state") };
  const body = byId("rows"), more = byId("more"), count = byId("count");
  const heads = [...document.querySelectorAll("th[data-sort]")];
  const KEYS = {
    severity: (a, b) => a.severity - b.severity,
    place: (a, b) => a.at - b.at,
    message: (a, b) => (a.message < b.message ? -1 : a.message > b.message ? 1 : 0),
    rule: (a, b) => (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0),
    points: (a, b) => a.points - b.points,
  };
  let sort = "place", descending = false, shown = [], drawn = 0;

  const element = (name, text, kind) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };

  // Code that may break after its separators.
  const code = (text) => {
    const made = element("code");
    for (const part of text.split(/(?<=[/.:])/)) made.append(part, document.createElement("wbr"));
    return made;
  };

  // A sentence in which what stands between backticks is code.
  const prose = (text) => {
    const made = element("div");
    const parts = text.split("`");
    if (parts.length % 2 === 0) made.textContent = text;
    else parts.forEach((part, at) => made.append(at % 2 ? code(part) : part));
    return made;
  };

  const cell = (name, kind) => {
    const made = element("td", undefined, kind);
    made.dataset.name = name;
    return made;
  };

  const draw = (row) => {
    const line = element("tr");
    line.dataset.id = row.id;
    const severity = cell("Severity");
    severity.append(element("span", SEVERITIES[row.severity], SEVERITIES[row.severity]));
    const place = cell("Place", "wide");
    place.append(code(row.path + ":" + row.line));
    if (row.scope) {
      const scope = element("div", "in ", "soft");
      scope.append(code(row.scope));
      place.append(scope);
    }
    const what = cell("What", "wide");
    what.append(prose(row.message));
    row.messages.slice(1).forEach((message, at) => {
      const also = element("div", "also ", "soft");
      also.append(code(row.rules[at + 1]), ": ", prose(message));
      what.append(also);
    });
    if (row.instead) {
      const instead = element("div", "use ", "soft");
      instead.append(code(row.instead));
      what.append(instead);
    }
    if (row.state) what.append(element("div", STATES[row.state] + (row.reason ? ": " + row.reason : ""), "soft"));
    if (row.via.length) {
      const chain = element("details", undefined, "chain");
      const steps = row.via.length === 1 ? "1 step" : row.via.length + " steps";
      chain.append(element("summary", "how it got there: " + steps));
      const list = element("ol", undefined, "chain");
      for (const [file, at, note] of row.via) {
        const step = element("li", S[note] + " at ");
        step.append(code(S[file] + ":" + at));
        list.append(step);
      }
      chain.append(list);
      what.append(chain);
    }
    const rule = cell("Rule");
    row.rules.forEach((id, at) => rule.append(at ? ", " : "", element("code", id)));
    if (row.code) rule.append(" ", element("span", CODE[row.code], "badge soft"));
    const points = cell("Points", "n");
    points.textContent = row.points / 1000;
    line.append(severity, place, what, rule, points);
    return line;
  };

  const extend = (to) => {
    const part = document.createDocumentFragment();
    const end = Math.min(to, shown.length);
    for (; drawn < end; drawn++) part.append(draw(shown[drawn]));
    body.append(part);
    more.hidden = drawn >= shown.length;
    more.textContent = "Show more (" + (shown.length - drawn).toLocaleString("en") + " left)";
  };

  const apply = () => {
    const words = controls.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { rule, severity, code, state } = controls;
    shown = rows.filter((row) =>
      (!rule.value || row.rules.includes(rule.value)) &&
      (!severity.value || SEVERITIES[row.severity] === severity.value) &&
      (!code.value || CODE[row.code] === code.value) &&
      (!state.value || STATES[row.state] === state.value) &&
      words.every((word) => (word.startsWith("^") ? row.text.startsWith(word.slice(1)) : row.text.includes(word))));
    const order = KEYS[sort];
    shown.sort((a, b) => (descending ? order(b, a) : order(a, b)) || a.at - b.at);
    for (const head of heads) {
      if (head.dataset.sort === sort) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    const number = (n) => n.toLocaleString("en");
    count.textContent = shown.length === rows.length
      ? number(rows.length) + " " + NOUN + (rows.length === 1 ? "" : "s")
      : number(shown.length) + " of " + number(rows.length) + " " + NOUN + "s";
    body.textContent = "";
    drawn = 0;
    extend(PORTION);
  };

  // The fragment: `#filter=words&rule=id&severity=error&code=tests&state=new&sort=-points`.
  const read = () => {
    const hash = location.hash.slice(1);
    const wanted = new URLSearchParams(hash.includes("=") ? hash : "");
    for (const [name, control] of Object.entries(controls)) {
      control.value = wanted.get(name) || "";
      if (control.selectedIndex === -1) control.value = "";
    }
    const key = wanted.get("sort") || "place";
    const plain = key.replace(/^-/, "");
    sort = plain in KEYS ? plain : "place";
    descending = plain in KEYS && key.startsWith("-");
    apply();
    if (hash.includes("=")) byId("violations").scrollIntoView();
  };

  const write = () => {
    const wanted = new URLSearchParams();
    for (const [name, control] of Object.entries(controls)) if (control.value) wanted.set(name, control.value);
    if (sort !== "place" || descending) wanted.set("sort", (descending ? "-" : "") + sort);
    const hash = wanted.toString();
    history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
    apply();
  };

  for (const rule of [...new Set(rows.flatMap((row) => row.rules))].sort()) controls.rule.append(new Option(rule, rule));
  for (const control of Object.values(controls)) control.addEventListener("input", write);
  for (const head of heads) {
    head.querySelector("button").addEventListener("click", () => {
      const key = head.dataset.sort;
      descending = key === sort ? !descending : key === "points" || key === "severity";
      sort = key;
      write();
    });
  }
  byId("reset").addEventListener("click", () => {
    for (const control of Object.values(controls)) control.value = "";
    sort = "place";
    descending = false;
    write();
  });
  more.addEventListener("click", () => extend(drawn + 4 * PORTION));
  if ("IntersectionObserver" in window) {
    new IntersectionObserver((seen) => {
      if (seen.some((it) => it.isIntersecting) && !more.hidden) extend(drawn + PORTION);
    }, { rootMargin: "400px" }).observe(more);
  }
  // On paper there is nothing to press: all rows, with their chains.
  let folded = [];
  addEventListener("beforeprint", () => {
    extend(shown.length);
    folded = [...document.querySelectorAll("details.chain:not([open])")];
    for (const chain of folded) chain.open = true;
  });
  addEventListener("afterprint", () => {
    for (const chain of folded) chain.open = false;
  });
  addEventListener("hashchange", read);
  read();
})();
