// openid-client, as an application uses it: it discovers, proves itself, binds and renews by itself.
import * as oauth from 'openid-client';
import { again, given, heard, listening, say, thrown, until } from './said.mjs';

const { gateway, clients, key, query, user } = given;
const address = new URL('/graphql', gateway);
const body = JSON.stringify({ query });
const json = () => new Headers({ 'content-type': 'application/json' });
const told = {};

const privateKey = await crypto.subtle.importKey('jwk', key, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
const discovered = (name, way, execute = [oauth.allowInsecureRequests]) =>
  oauth.discovery(new URL(gateway), name, {}, way, { algorithm: 'oauth2', execute, [oauth.customFetch]: listening });
const ways = {
  client_secret_basic: ['secret', oauth.ClientSecretBasic(clients.secret)],
  client_secret_post: ['secret', oauth.ClientSecretPost(clients.secret)],
  private_key_jwt: ['keyed', oauth.PrivateKeyJwt({ key: privateKey, kid: key.kid })],
};

told.plain = await thrown(() => discovered(...ways.client_secret_basic, []));
told.ways = {};
for (const [method, named] of Object.entries(ways)) {
  const server = await discovered(...named);
  const DPoP = oauth.getDPoPHandle(server, await oauth.randomDPoPKeyPair());
  const asked = (token, more) => oauth.fetchProtectedResource(server, token, address, 'POST', body, json(), more);
  const begun = heard.length;
  const bearer = await oauth.clientCredentialsGrant(server, { scope: 'category:contact' });
  const bound = await oauth.clientCredentialsGrant(server, {}, { DPoP });
  const { access_token: token } = bound;
  told.ways[method] = {
    bearer: [bearer.token_type, bearer.scope, bearer.expiresIn()],
    answer: await (await asked(bearer.access_token)).json(),
    bound: [bound.token_type, bound.scope ?? null, (await asked(token, { DPoP })).status],
    replayed: await again(),
    without: await again({ dpop: null }),
    active: await oauth.tokenIntrospection(server, token),
    revoked: (await oauth.tokenRevocation(server, token)) ?? null,
    inactive: await oauth.tokenIntrospection(server, token),
    ended: await until(401, () => asked(token, { DPoP }).catch(({ response }) => response)),
    proofs: heard.slice(begun).filter(({ nonce }) => nonce).map(({ path, status }) => [path, status]).slice(0, 3),
  };
}

const nameless = await discovered('keyed', oauth.PrivateKeyJwt(privateKey));
told.nameless = (await oauth.clientCredentialsGrant(nameless, {})).token_type;

const site = await discovered(...ways.client_secret_basic);
const exchange = (token, type, more = {}) =>
  oauth.genericGrantRequest(site, 'urn:ietf:params:oauth:grant-type:token-exchange', {
    subject_token: token,
    subject_token_type: type,
    ...more,
  });
const person = await exchange(user, 'urn:mokuteki:params:oauth:token-type:user');
const less = await exchange(person.access_token, 'urn:ietf:params:oauth:token-type:access_token', { scope: 'category:name' });
told.exchanged = {
  person: await oauth.tokenIntrospection(site, person.access_token),
  less: await oauth.tokenIntrospection(site, less.access_token),
  more: await thrown(() => exchange(less.access_token, 'urn:ietf:params:oauth:token-type:access_token', { scope: 'category:contact' })),
  nobody: await thrown(() => exchange('nobody', 'urn:mokuteki:params:oauth:token-type:user')),
};
say(told);
