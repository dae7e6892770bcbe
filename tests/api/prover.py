"""A client that proves its key with each request, as RFC 9449 wants it, or not quite."""

import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.api.proofs import Key, ath, claims, new_key, signed
from tests.world import World

QUERY = "{ purposes { id } }"


@dataclass
class Prover:
    """One client of a world with its key, its token, and the nonce it heard last."""

    world: World
    name: str
    key: Key = field(default_factory=new_key)
    nonce: str | None = None
    token: str = ""

    @property
    def issuer(self) -> str:
        return self.world.house.settings.issuer

    def proof(self, method: str, path: str, **more: Any) -> str:
        payload = claims(method, self.issuer + path, time.time(), **{"nonce": self.nonce, **more})
        return signed(self.key, payload)

    async def grant(self, *proofs: str, **form: str) -> httpx.Response:
        """What the token endpoint answers a request with these proofs."""
        credential = self.world.demo.clients[self.name]
        given = {
            "grant_type": "client_credentials",
            "client_id": credential.client_id,
            "client_secret": credential.client_secret,
            **form,
        }
        headers = [("DPoP", proof) for proof in proofs]
        return self.heard(await self.world.http.post("/oauth/token", data=given, headers=headers))

    async def get_token(self) -> str:
        """A token bound to the key, got as a client gets one that knows no nonce yet."""
        wanted = await self.grant(self.proof("POST", "/oauth/token"))
        if wanted.status_code != 200:
            assert wanted.json()["error"] == "use_dpop_nonce"
            wanted = await self.grant(self.proof("POST", "/oauth/token"))
        assert (wanted.status_code, wanted.json()["token_type"]) == (200, "DPoP"), wanted.text
        self.token = wanted.json()["access_token"]
        return self.token

    def for_query(self, **more: Any) -> str:
        """A good proof for a query, changed by what is more."""
        return self.proof(more.pop("method", "POST"), "/graphql", **{"ath": ath(self.token), **more})

    async def ask(self, *proofs: str, scheme: str = "DPoP", query: str = QUERY) -> httpx.Response:
        headers = [("Authorization", f"{scheme} {self.token}"), *(("DPoP", proof) for proof in proofs)]
        return self.heard(await self.world.http.post("/graphql", json={"query": query}, headers=headers))

    def heard(self, response: httpx.Response) -> httpx.Response:
        self.nonce = response.headers.get("dpop-nonce", self.nonce)
        return response
