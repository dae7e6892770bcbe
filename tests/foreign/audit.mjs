// The audit of the package `graphql-http`: each requirement of GraphQL over HTTP, and whether it is kept.
import { serverAudits } from 'graphql-http';
import { given, say } from './said.mjs';

const fetchFn = (at, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${given.token}`);
  return fetch(at, { ...init, headers });
};
const told = [];
for (const audit of serverAudits({ url: given.url, fetchFn })) {
  const { id, name, status, reason } = await audit.fn();
  told.push({ id, name, status, reason });
}
say(told);
