// Apollo Client, with tokens that openid-client obtains and binds.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { createHash } from 'node:crypto';
import * as oauth from 'openid-client';
import { given, heard, listening, say } from './said.mjs';

const { gateway, clients, user } = given;
const server = await oauth.discovery(new URL(gateway), 'bound', {}, oauth.ClientSecretBasic(clients.bound), {
  algorithm: 'oauth2',
  execute: [oauth.allowInsecureRequests],
  [oauth.customFetch]: listening,
});
const DPoP = oauth.getDPoPHandle(server, await oauth.randomDPoPKeyPair());
const { access_token: token } = await oauth.clientCredentialsGrant(server, {}, { DPoP });

const proved = (url, { method, body, headers }) =>
  oauth.fetchProtectedResource(server, token, new URL(url), method, body, new Headers(headers), { DPoP });
const unproved = (url, init) => fetch(url, { ...init, headers: { ...init.headers, authorization: `DPoP ${token}` } });

function client(send, ...links) {
  const http = new HttpLink({ uri: `${gateway}/graphql`, fetch: send });
  return new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([...links, http]), defaultOptions: { query: { errorPolicy: 'all', fetchPolicy: 'no-cache' } } });
}

async function asked(client, purpose, fields) {
  const query = gql(`query One($id: ID!) @purpose(id: "${purpose}") { user(id: $id) { ${fields} } }`);
  const { data, error } = await client.query({ query, variables: { id: user } });
  return {
    data,
    error: error && { name: error.name, status: error.statusCode, extensions: error.errors?.map(({ extensions }) => extensions) },
  };
}

const hashed = new PersistedQueryLink({ useGETForHashedQueries: true, sha256: (text) => createHash('sha256').update(text).digest('hex') });
const told = {
  answered: await asked(client(proved), 'service.account', 'id email'),
  partly: await asked(client(proved), 'service.matching', 'id address { prefecture } phone'),
  refused: await asked(client(proved), 'promotion.ads', 'id'),
  unproved: await asked(client(unproved), 'service.account', 'id'),
};
const begun = heard.length;
told.hashed = [
  await asked(client(proved, hashed), 'service.account', 'id phone'),
  await asked(client(proved, hashed), 'service.account', 'id phone'),
];
told.sent = heard.slice(begun).map(({ status, init }) => [init.method, status]);
say(told);
