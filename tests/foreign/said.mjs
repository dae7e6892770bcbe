// What a script is given, what it heard of the server, and what it says of both.
export const given = JSON.parse(process.argv[2] ?? '{}');
export const heard = [];

/** As `fetch`; keeps what was sent and what came back. */
export async function listening(url, init = {}) {
  const answer = await fetch(url, init);
  const { pathname } = new URL(url);
  heard.push({
    url: `${url}`,
    init,
    path: pathname,
    status: answer.status,
    challenge: answer.headers.get('www-authenticate'),
    nonce: answer.headers.get('dpop-nonce'),
    body: await answer.clone().text(),
  });
  return answer;
}

/** The status and the challenge of the request heard last, sent again as it was or with other headers. */
export async function again(headers = {}) {
  const { url, init } = heard.at(-1);
  const all = new Headers(init.headers);
  for (const [name, value] of Object.entries(headers)) value === null ? all.delete(name) : all.set(name, value);
  const answer = await fetch(url, { ...init, headers: all });
  return { status: answer.status, challenge: answer.headers.get('www-authenticate') };
}

/** Goes on sending until it is refused: the answer that ended it, and after how long the last was sent that was let in. */
export async function until(status, send) {
  const begun = performance.now();
  let milliseconds = 0;
  for (let at = begun; at < begun + 10_000; at = performance.now()) {
    const answer = await send();
    if (answer.status === status) return { milliseconds, status, challenge: answer.headers.get('www-authenticate') };
    milliseconds = at - begun;
  }
  return { milliseconds };
}

/** What this throws, as its class, its code and its cause have it. */
export async function thrown(work) {
  try {
    return { resolved: await work() };
  } catch ({ name, code, error, status, cause }) {
    return { name, code, error, status, challenges: Array.isArray(cause) ? cause : undefined };
  }
}

export const say = (told) => console.log(JSON.stringify(told));
