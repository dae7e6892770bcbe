/* The answer: says in words what an answer shows and withholds, each refusal with its reason and a way to ask why. */
"use strict";

window.MokutekiAnswer = (function () {
  const MOST_ROWS = 60;
  const BY_USER = "FIELD_WITHHELD";
  const LEDGER_READERS = ["auditor", "privacy_officer"];

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function button(text, action) {
    const made = element("button", "plain", text);
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  }

  /** A sentence whose `names` stand as code. */
  function sentence(text) {
    const made = element("span", "why");
    text.split("`").forEach((part, index) => made.append(index % 2 ? element("code", "", part) : part));
    return made;
  }

  /** The same refusal said of many rows, once with its number: [[error, times], …]. */
  function told(errors) {
    const seen = new Map();
    for (const error of errors) {
      const more = error.extensions || {};
      const key = JSON.stringify([more.code, more.field, more.reason, error.message]);
      seen.set(key, [error, seen.has(key) ? seen.get(key)[1] + 1 : 1]);
    }
    return [...seen.values()];
  }

  function row([error, times], words, ask) {
    const more = error.extensions || {};
    const conditional = more.code === BY_USER;
    const line = element("li", conditional ? "cond" : "deny");
    line.append(element("span", "sign", conditional ? "△ " + words.cond : "× " + words.deny));
    const field = element("span", "what");
    field.append(element("code", "", more.field || (error.path || []).join(".") || more.code || ""));
    if (more.field || error.path) field.append(" ", element("span", "code", more.code || ""));
    line.append(field);
    if (times > 1) field.append(" ", element("span", "times", "× " + times));
    line.append(sentence(error.message || ""));
    const source = element("span", "source");
    if (more.reason) source.append(element("span", "", more.reason));
    if (more.rule) source.append(" ", element("span", "", words.rule + " " + more.rule));
    if (more.clause) source.append(" ", element("span", "", more.clause));
    line.append(source);
    if (more.field && more.purpose) line.append(button(words.ask_why, () => ask.why(more)));
    return line;
  }

  /** The sentence on top: [class, text]. */
  function verdict(run, words) {
    const errors = told(run.result.errors || []);
    if (!errors.length) return ["allow", "○ " + words.answer_all];
    const shown = run.result.data && Object.values(run.result.data).some((one) => one !== null);
    if (!shown) return ["deny", "× " + words.answer_no];
    return ["cond", "△ " + words.answer_some.replace("{n}", String(errors.length))];
  }

  function record(run, words, ask) {
    const line = element("p", "record");
    const parts = ["HTTP " + run.status, run.milliseconds + " ms"];
    if (run.requestId) parts.push(words.record_number + " " + run.requestId);
    line.append(element("span", "numbers", parts.join(" · ")));
    if (!run.requestId) return line;
    if (LEDGER_READERS.includes(run.role)) line.append(button(words.ask_record, () => ask.record(run.requestId)));
    else line.append(element("span", "hint", words.record_who));
    return line;
  }

  /** Shows one run in the place; `run` is null before the first one. */
  function show(place, run, words, ask) {
    place.replaceChildren();
    if (!run) {
      place.append(element("p", "empty", words.answer_none));
      return;
    }
    const [kind, sentence] = run.status ? verdict(run, words) : ["deny", "× " + words.answer_lost];
    const head = element("div", "verdict");
    head.append(element("p", "sentence " + kind, sentence));
    if (run.status) head.append(record(run, words, ask));
    place.append(head);
    const errors = told(run.result.errors || []);
    if (!errors.length) return;
    const list = element("ul", "reasons");
    for (const error of errors.slice(0, MOST_ROWS)) list.append(row(error, words, ask));
    if (errors.length > MOST_ROWS) list.append(element("li", "rest", "+ " + (errors.length - MOST_ROWS)));
    place.append(list);
  }

  return { show };
})();
