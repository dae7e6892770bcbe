"""A gateway as its partners meet it: running, with clients that prove themselves in each way."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from api.settings import CHECKOUT
from tests.node import told
from tests.served import environment, free_port, serving

FRONTEND = ("--role", "frontend", "--recipient", "internal")
QUERY = 'query @purpose(id: "service.account") { user(id: "USER") { email } }'
ALGORITHMS = "ES256 ES384 PS256 RS256 Ed25519 EdDSA"


@dataclass(frozen=True)
class Served:
    """The running gateway.

    Attributes:
        secrets: those of the demonstration's clients, and of `secret` and `bound`, whose tokens must be bound.
        key: that of the client `keyed`.
    """

    url: str
    secrets: dict[str, str]
    key: dict[str, Any]
    demo: dict[str, Any]

    @property
    def user(self) -> str:
        return str(self.demo["users"]["plain"])

    def told(self, script: str) -> dict[str, Any]:
        """What a script tells of the gateway."""
        given = {"gateway": self.url, "clients": self.secrets, "key": self.key, "user": self.user}
        said: dict[str, Any] = told(script, "clients", **given, query=QUERY.replace("USER", self.user))
        return said

    def challenge(self, scheme: str, error: str, description: str) -> str:
        """The header `WWW-Authenticate` of a refused token."""
        about = f'resource_metadata="{self.url}/.well-known/oauth-protected-resource/graphql"'
        said = f'{scheme} realm="mokuteki", error="{error}", error_description="{description}"'
        return f'{said}, algs="{ALGORITHMS}", {about}' if scheme == "DPoP" else f"{said}, {about}"


@contextmanager
def gateway(var: Path) -> Iterator[Served]:
    """A gateway that serves from this folder."""
    port = free_port()
    key = ECKey.generate_key("P-256", {"kid": "of-the-partner"})
    jwks = var / "partner.jwks"
    jwks.write_text(json.dumps({"keys": [key.as_dict(private=False)]}), encoding="utf-8")
    with serving(var, port) as http:
        secrets = {
            "secret": added(var, port, "secret"),
            "keyed": added(var, port, "keyed", "--authentication", "private_key", "--jwks", str(jwks)),
            "bound": added(var, port, "bound", "--binding", "dpop"),
        }
        demo = json.loads((var / "demo.json").read_text(encoding="utf-8"))
        url = str(http.base_url).removesuffix("/")
        clients = {name: each["client_secret"] for name, each in demo["clients"].items()}
        yield Served(url, clients | secrets, key.as_dict(private=True), demo)


def added(var: Path, port: int, name: str, *options: str) -> str:
    """The secret of a new client; empty for one that proves itself by its key."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "api", "client", "add", name, *FRONTEND, *options],
        cwd=CHECKOUT,
        env=environment(var, port),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
