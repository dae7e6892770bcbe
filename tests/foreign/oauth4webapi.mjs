// oauth4webapi, which is told the address of the gateway and finds out the rest.
import * as oauth from 'oauth4webapi';
import { again, given, heard, listening, say, thrown, until } from './said.mjs';

const { gateway, clients, key, query, user } = given;
const loopback = { [oauth.allowInsecureRequests]: true };
const options = { ...loopback, [oauth.customFetch]: listening };
const address = new URL('/graphql', gateway);
const body = JSON.stringify({ query });
const json = () => new Headers({ 'content-type': 'application/json' });
const told = {};

told.plain = await thrown(() => oauth.discoveryRequest(new URL(gateway), { algorithm: 'oauth2' }));
told.unknown = await thrown(() => oauth.protectedResourceRequest('none', 'POST', address, json(), body, options));
const at = told.unknown.challenges[0].parameters.resource_metadata;
const resource = await oauth.processResourceDiscoveryResponse(address, await listening(at));
const issuer = new URL(resource.authorization_servers[0]);
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' }),
);
told.resource = resource;
told.server = server;

const privateKey = await crypto.subtle.importKey('jwk', key, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
const ways = {
  client_secret_basic: ['secret', oauth.ClientSecretBasic(clients.secret)],
  client_secret_post: ['secret', oauth.ClientSecretPost(clients.secret)],
  private_key_jwt: ['keyed', oauth.PrivateKeyJwt({ key: privateKey, kid: key.kid })],
};

async function granted(name, way, parameters, more = {}) {
  const client = { client_id: name };
  const sent = await oauth.clientCredentialsGrantRequest(server, client, way, parameters, { ...options, ...more });
  return oauth.processClientCredentialsResponse(server, client, sent);
}

async function introspected(name, way, token) {
  const client = { client_id: name };
  const sent = await oauth.introspectionRequest(server, client, way, token, options);
  return oauth.processIntrospectionResponse(server, client, sent);
}

async function revoked(name, way, token) {
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, { client_id: name }, way, token, options));
}

const asked = (token, more = {}) => oauth.protectedResourceRequest(token, 'POST', address, json(), body, { ...options, ...more });

told.ways = {};
for (const [method, [name, way]] of Object.entries(ways)) {
  const { access_token: token, ...granting } = await granted(name, way, { scope: 'purpose:service.account' });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  told.ways[method] = {
    granting,
    claims: await oauth.validateJwtAccessToken(server, new Request(address, { headers }), gateway, options),
    answer: await (await asked(token)).json(),
    before: await introspected(name, way, token),
    revoked: await revoked(name, way, token).then(() => true),
    after: await introspected(name, way, token),
    ended: await until(401, () => fetch(address, { method: 'POST', body, headers })),
  };
}

const pair = await oauth.generateKeyPair('ES256');
const other = await oauth.generateKeyPair('ES256');
const DPoP = oauth.DPoP({}, pair);
const bound = oauth.ClientSecretBasic(clients.bound);
told.unproved = await thrown(() => granted('bound', bound, {}));
told.nonce = await thrown(() => granted('bound', bound, {}, { DPoP }));
const { access_token: token, token_type: type } = await granted('bound', bound, {}, { DPoP });
const withNonce = (DPoP) =>
  asked(token, { DPoP }).catch((error) => {
    if (oauth.isDPoPNonceError(error)) return asked(token, { DPoP });
    throw error;
  });
const first = await withNonce(DPoP);
told.bound = {
  type,
  status: first.status,
  answer: await first.json(),
  replayed: await again(),
  without: await again({ dpop: null }),
  asBearer: await again({ authorization: `Bearer ${token}`, dpop: null }),
  otherKey: await thrown(() => withNonce(oauth.DPoP({}, other))),
  introspected: await introspected('bound', bound, token),
};

told.wrongSecret = await thrown(() => granted('secret', oauth.ClientSecretBasic('wrong'), {}));
told.wrongScope = await thrown(() => granted('secret', ways.client_secret_basic[1], { scope: 'purpose:tea' }));

const exchanged = await oauth.processGenericTokenEndpointResponse(
  server,
  { client_id: 'secret' },
  await oauth.genericTokenEndpointRequest(
    server,
    { client_id: 'secret' },
    ways.client_secret_basic[1],
    'urn:ietf:params:oauth:grant-type:token-exchange',
    { subject_token: user, subject_token_type: 'urn:mokuteki:params:oauth:token-type:user' },
    options,
  ),
  { recognizedTokenTypes: {} },
);
const me = JSON.stringify({ query: 'query @purpose(id: "service.account") { me { id } }' });
told.exchanged = {
  type: exchanged.issued_token_type,
  introspected: await introspected('secret', ways.client_secret_basic[1], exchanged.access_token),
  answer: await (await oauth.protectedResourceRequest(exchanged.access_token, 'POST', address, json(), me, options)).json(),
};
told.proofs = heard.filter(({ nonce }) => nonce).map(({ path, status }) => [path, status]);
say(told);
