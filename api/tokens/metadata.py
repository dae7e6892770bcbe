"""The metadata: what the authorization server and the resource can do, for clients that find out by themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from api.tokens.scope import DETAIL, known_words
from models.clients.public_key import ALGORITHMS
from policies.edition import Edition

TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path
REVOCATION_PATH = "/oauth/revoke"
INTROSPECTION_PATH = "/oauth/introspect"
KEYS_PATH = "/.well-known/jwks.json"
METADATA_PATH = "/.well-known/oauth-authorization-server"
RESOURCE_PATH = "/.well-known/oauth-protected-resource"
GRAPHQL = "/graphql"
"""Where the resource is asked."""

METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
ENDPOINTS = {"token": TOKEN_PATH, "revocation": REVOCATION_PATH, "introspection": INTROSPECTION_PATH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What an installation offers beside what every one does.

    Attributes:
        proofs: the algorithms that proofs of DPoP may be signed by (RFC 9449); none where they are not taken.
        certificates: whether tokens are bound to certificates (RFC 8705).
        documentation: the address of a page for developers, where one is served.
        name: what people call the gateway.
    """

    proofs: tuple[str, ...] = ()
    certificates: bool = False
    documentation: str | None = None
    name: str = "Mokuteki"


def server_metadata(issuer: str, edition: Edition, grants: Iterable[str], offered: Offered) -> dict[str, Any]:
    """What the authorization server can do (RFC 8414)."""
    return {
        "issuer": issuer,
        **{f"{name}_endpoint": issuer + path for name, path in ENDPOINTS.items()},
        "jwks_uri": issuer + KEYS_PATH,
        "scopes_supported": sorted(known_words(edition)),
        "response_types_supported": [],
        "grant_types_supported": sorted(grants),
        **{f"{name}_endpoint_auth_methods_supported": METHODS for name in ENDPOINTS},
        **{f"{name}_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS) for name in ENDPOINTS},
        "authorization_details_types_supported": [DETAIL],
        "protected_resources": [issuer, issuer + GRAPHQL],
        **_bindings(offered),
        **({"service_documentation": offered.documentation} if offered.documentation else {}),
    }


def resource_metadata(issuer: str, path: str, edition: Edition, offered: Offered) -> dict[str, Any]:
    """What the protected resource, the gateway itself or its address of this path, wants of a token (RFC 9728)."""
    return {
        "resource": issuer + path,
        "resource_name": offered.name,
        "authorization_servers": [issuer],
        "scopes_supported": sorted(known_words(edition)),
        "bearer_methods_supported": ["header"],
        "authorization_details_types_supported": [DETAIL],
        **_bindings(offered),
        **({"resource_documentation": offered.documentation} if offered.documentation else {}),
    }


def _bindings(offered: Offered) -> dict[str, Any]:
    return {
        **({"dpop_signing_alg_values_supported": list(offered.proofs)} if offered.proofs else {}),
        **({"tls_client_certificate_bound_access_tokens": True} if offered.certificates else {}),
    }
