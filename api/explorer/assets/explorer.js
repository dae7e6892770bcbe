/* The explorer: who asks, for what purpose, and GraphiQL between them. No build step, nothing from elsewhere. */
"use strict";

(function () {
  const settings = JSON.parse(document.getElementById("settings").textContent);
  window.__webpack_nonce__ = document.getElementById("own-style").nonce; // for the style element of a dialog
  const h = React.createElement;
  const at = (id) => document.getElementById(id);
  const field = (name) => document.querySelector(".field." + name);
  const kept = window.sessionStorage;
  const bridge = { editor: null, execution: null };
  const UNTOLD = ["IntrospectionQuery", "Why"]; // operations of the page's own, which decide nothing about people
  const state = { clients: [], purposes: [], people: {}, run: null };
  let language = document.documentElement.lang;
  let words = {};

  function speak(next) {
    language = next;
    words = Object.fromEntries(Object.entries(settings.words).map(([key, both]) => [key, both[language]]));
    document.documentElement.lang = language;
    document.title = words.title + " – Mokuteki";
    for (const one of document.querySelectorAll("[data-word]")) one.textContent = words[one.dataset.word];
    for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", words[one.dataset.label]);
    for (const one of document.querySelectorAll("[data-hint]")) one.placeholder = words[one.dataset.hint];
    const other = language === "ja" ? "en" : "ja";
    for (const [key, value] of [["lang", other], ["hreflang", other], ["href", "?lang=" + other]]) {
      at("language").setAttribute(key, value);
    }
    fillClients();
    fillPurposes();
    fillExamples();
    MokutekiAnswer.show(at("answer"), state.run, words, ask);
  }

  function say(key, values) {
    at("state").textContent = (words[key] || "").replace("{who}", (values && values.who) || "");
  }

  function option(value, text) {
    const made = new Option(text, value);
    made.lang = language;
    return made;
  }

  /** Fills a select with groups of options, and keeps its first option and what was chosen. */
  function fill(select, groups) {
    const chosen = select.value;
    select.replaceChildren(select.options[0]);
    for (const [label, options] of groups) {
      const group = document.createElement("optgroup");
      group.label = label;
      group.append(...options);
      select.append(group);
    }
    select.value = chosen;
  }

  function grouped(list, key, label, made) {
    const groups = new Map();
    for (const one of list) groups.set(key(one), [...(groups.get(key(one)) || []), made(one)]);
    return [...groups].map(([name, options]) => [label(name), options]);
  }

  const roleName = (role) => words["role_" + role] || role;

  function fillClients() {
    fill(at("client"), grouped(state.clients, (one) => one.role, roleName, (one) => option(one.name, one.name)));
  }

  function fillPurposes() {
    const leaves = state.purposes.filter((one) => !one.abstract);
    const parent = (one) => one.id.split(".")[0];
    const text = (one) => (one[language] ? one[language] + "  " : "") + one.id;
    fill(at("purpose"), grouped(leaves, parent, (name) => words["group_" + name] || name, (one) => option(one.id, text(one))));
  }

  function fillExamples() {
    fill(at("example"), grouped(settings.examples, (one) => one.role, roleName, (one) => option(one.key, one.title[language])));
    noteExample();
  }

  function noteExample() {
    const chosen = settings.examples.find((one) => one.key === at("example").value);
    at("note").textContent = chosen ? chosen.note[language] : "";
    return chosen;
  }

  async function list(name) {
    const answer = await fetch(settings.root + "/explorer/" + name, { headers: { "X-Mokuteki-Explorer": "1" } });
    if (!answer.ok) throw new Error(name);
    return answer.json();
  }

  const client = () => state.clients.find((one) => one.name === at("client").value) || null;
  const role = () => (at("user").value.trim() ? "user" : client() ? client().role : "");

  function showWho() {
    const chosen = client();
    const people = Boolean(chosen) && chosen.role === "frontend";
    field("user").hidden = !people;
    if (!people) at("user").value = "";
    const recipients = chosen ? chosen.recipients || [] : [];
    field("recipient").hidden = recipients.length < 2;
    at("recipient").replaceChildren(...recipients.map((one) => option(one, one)));
    if (chosen) kept.setItem("explorer:client", chosen.name);
  }

  const value = (id) => at(id).value.trim();
  const who = () => ({ client: value("client"), user: value("user"), pasted: value("token") });
  const asker = MokutekiAsker(settings, who, say);
  const token = () => asker.token().catch(() => say("token_failed"));

  async function fetcher(parameters) {
    const run = await asker.ask(parameters, (key) => words[key]);
    if (run.asked && !UNTOLD.includes(parameters.operationName)) {
      state.run = { ...run, role: role(), recipient: role() === "user" ? "person" : at("recipient").value };
      MokutekiAnswer.show(at("answer"), state.run, words, ask);
    }
    return run.result;
  }

  /** Puts one named operation into the editor; the name is told at once, which GraphiQL itself reads a moment later. */
  function write(text, variables) {
    bridge.editor.queryEditor.setValue(text);
    bridge.editor.variableEditor.setValue(variables ? JSON.stringify(variables, null, 2) : "");
    bridge.editor.setOperationName(GraphiQL.GraphQL.parse(text).definitions[0].name.value);
  }

  const offset = (editor) => editor.indexFromPos(editor.getCursor());

  function writePurpose() {
    const editor = bridge.editor.queryEditor;
    const recipient = at("recipient").selectedIndex > 0 ? at("recipient").value : "";
    const wish = { id: at("purpose").value, recipient, strict: at("strict").checked };
    const change = MokutekiDirective.change(editor.getValue(), offset(editor), wish);
    if (!change) return say("unreadable");
    editor.replaceRange(change.text, editor.posFromIndex(change.from), editor.posFromIndex(change.to));
    if (wish.id) say("purpose_written");
  }

  function readPurpose(text) {
    const editor = bridge.editor && bridge.editor.queryEditor;
    const declared = editor && MokutekiDirective.read(text, offset(editor));
    if (!declared) return;
    at("purpose").value = declared.id;
    if (at("purpose").selectedIndex < 0) at("purpose").value = "";
    at("strict").checked = declared.strict;
    at("recipient").value = declared.recipient;
    if (at("recipient").selectedIndex < 0) at("recipient").selectedIndex = 0;
  }

  function useExample() {
    const example = noteExample();
    if (!example) return;
    if (settings.development) {
      const named = state.clients.find((one) => one.name === example.client);
      const fitting = named || state.clients.find((one) => one.role === (example.role === "user" ? "frontend" : example.role));
      if (fitting) at("client").value = fitting.name;
      at("user").value = example.role === "user" ? state.people[example.person] || at("user").value : "";
      showWho();
      if (example.role === "user" && !at("user").value) at("user").focus();
    }
    const asksId = example.operation.includes("$id");
    write(example.operation, asksId ? { id: state.people[example.person] || "" } : null);
    readPurpose(example.operation);
    token();
  }

  const ask = {
    why(refused) {
      const { role, recipient } = state.run;
      const facts = refused.code === "FIELD_FORBIDDEN" ? [...settings.facts, ...(role === "user" ? ["self"] : [])] : [];
      const given = { purpose: refused.purpose, role, recipient, field: refused.field, facts };
      const literal = (value) => (Array.isArray(value) ? "[" + value.map(literal).join(", ") + "]" : JSON.stringify(value));
      const spelled = Object.entries(given).map(([key, value]) => "    " + key + ": " + literal(value)).join("\n");
      open("query Why {\n  explain(\n" + spelled + "\n  ) {\n    allowed\n    reason\n    rule\n    clause\n    nearest { rule failed missing text(lang: " + JSON.stringify(language) + ") }\n  }\n}\n", () => bridge.execution.run());
    },
    record(requestId) {
      open('query Record @purpose(id: "compliance.security") {\n  accesses(requestId: ' + JSON.stringify(requestId) + ") {\n    edges { node { at client purpose recipient outcome code users } }\n  }\n}\n");
    },
  };

  /** Opens a tab with this operation; `then` is called with it in the editor. */
  function open(text, then) {
    bridge.editor.addTab();
    window.setTimeout(() => {
      write(text, null);
      if (then) then();
    }, 0);
  }

  function Bridge() {
    bridge.editor = GraphiQL.React.useEditorContext({ nonNull: true });
    bridge.execution = GraphiQL.React.useExecutionContext({ nonNull: true });
    return null;
  }

  async function start() {
    speak(language);
    const [purposes, clients, known] = await Promise.all([
      list("purposes.json").catch(() => null),
      settings.development ? list("clients.json").catch(() => null) : [],
      asker.schema(),
    ]);
    state.purposes = purposes || [];
    state.clients = clients || [];
    state.people = Object.assign({}, ...state.clients.map((one) => one.users || {}));
    at("people").replaceChildren(...Object.entries(state.people).map(([situation, id]) => new Option(situation, id)));
    speak(language);
    if (!purposes || !clients) say("lists_failed");
    const last = state.clients.find((one) => one.name === kept.getItem("explorer:client"));
    const first = settings.examples[0];
    const fits = state.clients.find((one) => first && one.name === first.client);
    const chosen = last || fits || state.clients[0];
    if (chosen) at("client").value = chosen.name;
    showWho();
    await token();
    ReactDOM.createRoot(at("editor")).render(
      h(GraphiQL, {
        fetcher,
        schema: known,
        defaultQuery: first ? first.operation : "",
        defaultEditorToolsVisibility: "variables",
        forcedTheme: "system",
        isHeadersEditorEnabled: false,
        onEditQuery: readPurpose,
        shouldPersistHeaders: false,
        storage: kept, // what was typed ends with the tab
        toolbar: { additionalComponent: Bridge },
      }),
    );
    const ready = window.setInterval(() => {
      if (!bridge.editor || !bridge.editor.queryEditor) return;
      window.clearInterval(ready);
      const shown = bridge.editor.queryEditor.getValue();
      at("example").value = (settings.examples.find((one) => one.operation === shown) || { key: "" }).key;
      noteExample();
      readPurpose(shown);
      document.documentElement.dataset.ready = "yes";
    }, 30);
  }

  at("language").addEventListener("click", (event) => {
    event.preventDefault();
    const next = language === "ja" ? "en" : "ja";
    document.cookie = settings.cookie + "=" + next + "; path=/; max-age=31536000; samesite=lax";
    speak(next);
  });
  at("conditions").addEventListener("submit", (event) => event.preventDefault());
  for (const id of ["client", "user"]) {
    at(id).addEventListener("change", () => {
      showWho();
      token();
    });
  }
  for (const id of ["purpose", "recipient", "strict"]) at(id).addEventListener("change", writePurpose);
  at("example").addEventListener("change", useExample);
  start();
})();
