"""The metadata (RFC 8414, RFC 9728): what clients find out by themselves is what there is."""

from pathlib import Path
from typing import Any

import pytest

from api.settings import CHECKOUT
from api.tokens.fault import ERRORS
from api.tokens.metadata import Offered
from api.tokens.scope import known_words
from models.clients.public_key import ALGORITHMS
from tests.api.oauth import EDITION, ISSUER, gateway

METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
SERVER = "/.well-known/oauth-authorization-server"
RESOURCE = "/.well-known/oauth-protected-resource"


async def metadata(directory: Path, path: str, **offered: Any) -> dict[str, Any]:
    async with gateway(directory, offered=Offered(**offered)) as made:
        response = await made.http.get(path)
    assert response.headers["cache-control"] == "public, max-age=300"
    answer: dict[str, Any] = response.json()
    return answer


async def test_the_metadata_says_what_the_server_can_do(tmp_path: Path) -> None:
    assert await metadata(tmp_path, SERVER) == {
        "issuer": ISSUER,
        "token_endpoint": f"{ISSUER}/oauth/token",
        "revocation_endpoint": f"{ISSUER}/oauth/revoke",
        "introspection_endpoint": f"{ISSUER}/oauth/introspect",
        "jwks_uri": f"{ISSUER}/.well-known/jwks.json",
        "scopes_supported": sorted(known_words(EDITION)),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials", EXCHANGE],
        "token_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_methods_supported": METHODS,
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "authorization_details_types_supported": ["personal_data"],
        "protected_resources": [ISSUER, f"{ISSUER}/graphql"],
    }


async def test_the_metadata_says_what_the_gateway_wants_of_a_token(tmp_path: Path) -> None:
    assert await metadata(tmp_path, RESOURCE) == {
        "resource": ISSUER,
        "resource_name": "Mokuteki",
        "authorization_servers": [ISSUER],
        "scopes_supported": sorted(known_words(EDITION)),
        "bearer_methods_supported": ["header"],
        "authorization_details_types_supported": ["personal_data"],
    }


@pytest.mark.parametrize("path", [SERVER, RESOURCE])
async def test_the_metadata_tells_of_bindings_where_there_are_some(path: str, tmp_path: Path) -> None:
    told = await metadata(tmp_path, path, proofs=ALGORITHMS, certificates=True)
    assert told["dpop_signing_alg_values_supported"] == list(ALGORITHMS)
    assert told["tls_client_certificate_bound_access_tokens"] is True


@pytest.mark.parametrize(
    ("path", "name"), [(SERVER, "service_documentation"), (RESOURCE, "resource_documentation")]
)
async def test_the_metadata_tells_of_a_page_for_developers_where_one_is_served(
    path: str, name: str, tmp_path: Path
) -> None:
    page = "https://docs.example/partners"
    assert (await metadata(tmp_path, path, documentation=page))[name] == page


def test_no_algorithm_of_ours_is_shared_or_none() -> None:
    assert not {each for each in ALGORITHMS if each.startswith("HS") or each.lower() == "none"}


def test_every_error_stands_in_the_docs() -> None:
    page = (CHECKOUT / "docs" / "tokens.md").read_text("utf-8")
    assert [error for error in sorted(ERRORS) if f"| `{error}` |" not in page] == []
