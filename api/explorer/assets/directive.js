/* The directive: reads and writes @purpose on the operation under the cursor, and touches nothing else. */
"use strict";

window.MokutekiDirective = (function () {
  /** The operation that holds this offset, else the first one; null where the text does not parse. */
  function operationAt(text, offset) {
    let document;
    try {
      document = GraphiQL.GraphQL.parse(text);
    } catch {
      return null;
    }
    const operations = document.definitions.filter((one) => one.kind === "OperationDefinition");
    const here = operations.find((one) => one.loc.start <= offset && offset <= one.loc.end);
    return here || operations[0] || null;
  }

  function directiveOf(operation) {
    return (operation.directives || []).find((one) => one.name.value === "purpose") || null;
  }

  /** What the operation declares: {id, recipient, strict}; null where the text does not parse. */
  function read(text, offset) {
    const operation = operationAt(text, offset);
    if (!operation) return null;
    const declared = { id: "", recipient: "", strict: false };
    const directive = directiveOf(operation);
    for (const argument of directive ? directive.arguments : []) {
      const name = argument.name.value;
      if (argument.value.kind === "StringValue" && name !== "strict") declared[name] = argument.value.value;
      if (argument.value.kind === "BooleanValue" && name === "strict") declared.strict = argument.value.value;
    }
    return declared;
  }

  function spelled(wish) {
    const parts = ["id: " + JSON.stringify(wish.id)];
    if (wish.recipient) parts.push("recipient: " + JSON.stringify(wish.recipient));
    if (wish.strict) parts.push("strict: true");
    return "@purpose(" + parts.join(", ") + ")";
  }

  /** The change that makes the operation declare this: {from, to, text}; null where the text does not parse. */
  function change(text, offset, wish) {
    const operation = operationAt(text, offset);
    if (!operation) return null;
    const directive = directiveOf(operation);
    if (directive && !wish.id) {
      const before = text.slice(0, directive.loc.start);
      return { from: before.trimEnd().length, to: directive.loc.end, text: "" };
    }
    if (!wish.id) return { from: 0, to: 0, text: "" };
    if (directive) return { from: directive.loc.start, to: directive.loc.end, text: spelled(wish) };
    const start = operation.selectionSet.loc.start;
    const anonymous = operation.loc.start === start;
    return { from: start, to: start, text: (anonymous ? "query " : "") + spelled(wish) + " " };
  }

  return { read, change };
})();
