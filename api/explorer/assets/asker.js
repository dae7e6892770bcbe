/* The asker: holds the token in memory, and sends operations with it. */
"use strict";

/** `who` says who asks now: {client, user, pasted}; `say` puts a sentence where the reader sees it. */
window.MokutekiAsker = function (settings, who, say) {
  const EARLY = 20; // seconds before its end at which a token is replaced
  const OURS = { "Content-Type": "application/json", "X-Mokuteki-Explorer": "1" };
  const BOUND = 409; // the client's tokens need its key or certificate
  let held = { token: null, owner: "", until: 0 };
  let failed = "token_failed"; // why there was no token

  const nothing = (message) => ({ errors: [{ message }] });

  /** The token to ask with; null where there is none. In development it is had from our own server. */
  async function token() {
    const { client, user, pasted } = who();
    if (!settings.development) return pasted || null;
    if (!client) return null;
    const owner = client + " " + user;
    if (held.owner === owner && Date.now() < held.until) return held.token;
    const answer = await fetch(settings.root + "/explorer/token", {
      method: "POST",
      headers: OURS,
      body: JSON.stringify({ client, user: user || null }),
    });
    if (!answer.ok) {
      failed = answer.status === BOUND ? "token_bound" : "token_failed";
      say(failed);
      return null;
    }
    const issued = await answer.json();
    held = { token: issued.access_token, owner, until: Date.now() + (issued.expires_in - EARLY) * 1000 };
    say("token_ready", { who: user ? client + " → " + user : client });
    return held.token;
  }

  function missing() {
    if (!settings.development) return "token_paste";
    return who().client ? failed : "token_missing";
  }

  function requestOf(answer, result) {
    const first = ((result.errors || [])[0] || {}).extensions || {};
    return answer.headers.get("X-Request-Id") || (result.extensions || {}).requestId || first.requestId || "";
  }

  /** Sends one operation: {asked, status, result, requestId, milliseconds}; status 0 where no answer arrived. */
  async function ask(parameters, word) {
    const bearer = await token().catch(() => null);
    if (!bearer) {
      say(missing());
      return { asked: false, result: nothing(word(missing())) };
    }
    const began = performance.now();
    try {
      const answer = await fetch(settings.root + "/graphql", {
        method: "POST",
        headers: {
          Accept: "application/graphql-response+json, application/json;q=0.9",
          "Accept-Language": document.documentElement.lang,
          Authorization: "Bearer " + bearer,
          "Content-Type": "application/json",
        },
        body: JSON.stringify(parameters),
      });
      const result = await answer.json().catch(() => nothing("HTTP " + answer.status));
      const milliseconds = Math.round(performance.now() - began);
      return { asked: true, status: answer.status, result, requestId: requestOf(answer, result), milliseconds };
    } catch {
      return { asked: true, status: 0, result: nothing(word("answer_lost")), requestId: "", milliseconds: 0 };
    }
  }

  /** The schema as it is published; undefined where it is not, and GraphiQL then asks by introspection. */
  async function schema() {
    const answer = await fetch(settings.root + "/schema.graphql").catch(() => null);
    if (!answer || !answer.ok) return undefined;
    try {
      return GraphiQL.GraphQL.buildSchema(await answer.text());
    } catch {
      return undefined;
    }
  }

  return { token, ask, schema };
};
