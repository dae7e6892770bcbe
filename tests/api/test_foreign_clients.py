"""Clients that no one here wrote get tokens of a running server by discovery, bind them, and query with them."""

from collections.abc import Iterator
from typing import Any

import pytest

from models.inforce import LEASE
from tests.api.partnered import ALGORITHMS, Served, gateway

METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
REFUSED_HTTP = "OAUTH_HTTP_REQUEST_FORBIDDEN"
SHOWN_BEFORE = "the proof was shown before: make one for each request"
NO_PROOF = "a proof is missing: send it in the header `DPoP`"
NOT_VALID = "the access token is not valid, or not any more"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with gateway(tmp_path_factory.mktemp("var")) as made:
        yield made


@pytest.fixture(scope="module")
def web(served: Served) -> dict[str, Any]:
    return served.told("oauth4webapi.mjs")


@pytest.fixture(scope="module")
def openid(served: Served) -> dict[str, Any]:
    return served.told("openid_client.mjs")


@pytest.fixture(scope="module")
def apollo(served: Served) -> dict[str, Any]:
    return served.told("apollo.mjs")


def test_neither_library_asks_over_plain_http_unless_it_is_told_to(
    web: dict[str, Any], openid: dict[str, Any]
) -> None:
    assert [each["plain"]["code"] for each in (web, openid)] == [REFUSED_HTTP, REFUSED_HTTP]


def test_all_is_found_from_the_challenge_of_a_refused_request(served: Served, web: dict[str, Any]) -> None:
    unknown = web["unknown"]
    assert unknown["status"] == 401
    assert [each["scheme"] for each in unknown["challenges"]] == ["bearer", "dpop"]
    assert unknown["challenges"][0]["parameters"]["error"] == "invalid_token"
    assert (web["resource"]["resource"], web["server"]["issuer"]) == (f"{served.url}/graphql", served.url)
    assert web["server"]["token_endpoint_auth_methods_supported"] == [*METHODS]
    assert " ".join(web["server"]["dpop_signing_alg_values_supported"]) == ALGORITHMS


@pytest.mark.parametrize("method", METHODS)
def test_a_token_by_each_method_is_one_of_rfc_9068_answers_and_is_taken_back(
    served: Served, web: dict[str, Any], method: str
) -> None:
    way, client = web["ways"][method], "keyed" if method == "private_key_jwt" else "secret"
    assert way["granting"] == {
        "token_type": "bearer",
        "expires_in": 900,
        "scope": "purpose:service.account",
    }
    claims = way["claims"]
    assert (claims["iss"], claims["aud"], claims["sub"]) == (served.url, served.url, client)
    assert "@" in way["answer"]["data"]["user"]["email"]
    assert way["before"] == {"active": True, "token_type": "Bearer", **claims}
    assert way["after"] == {"active": False}
    assert way["ended"]["challenge"].startswith(served.challenge("Bearer", "invalid_token", NOT_VALID))
    assert way["ended"]["milliseconds"] <= LEASE * 1000


def test_a_bound_token_is_made_with_a_nonce_and_used_with_a_proof(web: dict[str, Any]) -> None:
    assert (web["unproved"]["status"], web["unproved"]["error"]) == (400, "invalid_dpop_proof")
    assert (web["nonce"]["status"], web["nonce"]["error"]) == (400, "use_dpop_nonce")
    assert web["proofs"][:4] == [
        ["/oauth/token", 400],
        ["/oauth/token", 400],
        ["/oauth/token", 200],
        ["/graphql", 200],
    ]
    bound = web["bound"]
    assert (bound["type"], bound["status"]) == ("dpop", 200)
    assert "@" in bound["answer"]["data"]["user"]["email"]
    assert (bound["introspected"]["token_type"], [*bound["introspected"]["cnf"]]) == ("DPoP", ["jkt"])


def test_a_bound_token_is_of_no_use_without_its_proof_again_with_it_or_to_another(
    served: Served, web: dict[str, Any]
) -> None:
    bound = web["bound"]
    assert bound["replayed"] == {
        "status": 401,
        "challenge": served.challenge("DPoP", "invalid_dpop_proof", SHOWN_BEFORE),
    }
    assert bound["without"] == {
        "status": 401,
        "challenge": served.challenge("DPoP", "invalid_dpop_proof", NO_PROOF),
    }
    wrong_scheme = served.challenge("Bearer", "invalid_token", "the access token is for the other scheme")
    assert bound["asBearer"]["status"] == 401
    assert bound["asBearer"]["challenge"].startswith(f'{wrong_scheme}, DPoP realm="mokuteki", algs=')
    (other,) = bound["otherKey"]["challenges"]
    assert (other["scheme"], other["parameters"]["error"]) == ("dpop", "invalid_token")
    assert "bound to another key" in other["parameters"]["error_description"]


def test_a_refused_request_for_a_token_tells_its_error(web: dict[str, Any]) -> None:
    assert web["wrongSecret"]["status"] == 401
    assert web["wrongSecret"]["challenges"] == [
        {"scheme": "basic", "parameters": {"realm": "mokuteki", "charset": "UTF-8"}}
    ]
    assert (web["wrongScope"]["status"], web["wrongScope"]["error"]) == (400, "invalid_scope")


def test_an_application_may_sign_without_naming_its_key(openid: dict[str, Any]) -> None:
    assert openid["nameless"] == "bearer"


@pytest.mark.parametrize("method", METHODS)
def test_an_application_gets_uses_and_gives_back_tokens_by_each_method(
    served: Served, openid: dict[str, Any], method: str
) -> None:
    way = openid["ways"][method]
    kind, scope, seconds = way["bearer"]
    assert (kind, scope, 890 <= seconds <= 900) == ("bearer", "category:contact", True)
    assert "@" in way["answer"]["data"]["user"]["email"]
    assert way["bound"] == ["dpop", None, 200]
    assert way["proofs"] == [["/oauth/token", 400], ["/oauth/token", 200], ["/graphql", 200]]
    assert way["replayed"]["challenge"] == served.challenge("DPoP", "invalid_dpop_proof", SHOWN_BEFORE)
    assert way["without"]["challenge"] == served.challenge("DPoP", "invalid_dpop_proof", NO_PROOF)
    assert (way["active"]["active"], way["inactive"]) == (True, {"active": False})
    assert way["ended"]["challenge"] == served.challenge("DPoP", "invalid_token", NOT_VALID)
    assert way["ended"]["milliseconds"] <= LEASE * 1000


def test_a_frontend_exchanges_for_a_person_and_for_less_and_never_for_more(
    served: Served, web: dict[str, Any], openid: dict[str, Any]
) -> None:
    assert web["exchanged"]["type"] == ACCESS_TOKEN
    assert web["exchanged"]["answer"]["data"] == {"me": {"id": served.user}}
    person, less = openid["exchanged"]["person"], openid["exchanged"]["less"]
    for each in (person, less, web["exchanged"]["introspected"]):
        assert (each["sub"], each["role"], each["act"]) == (served.user, "user", {"sub": "secret"})
        assert (each["client_id"], each["recipients"]) == ("secret", ["person"])
    assert ("scope" in person, less["scope"]) == (False, "category:name")
    assert less["exp"] <= person["exp"]
    assert (openid["exchanged"]["more"]["status"], openid["exchanged"]["more"]["error"]) == (
        400,
        "invalid_scope",
    )
    assert openid["exchanged"]["nobody"]["error"] == "invalid_request"


def test_apollo_client_gets_whole_and_partial_answers_with_a_bound_token(
    served: Served, apollo: dict[str, Any]
) -> None:
    assert apollo["answered"]["data"]["user"]["id"] == served.user
    assert "error" not in apollo["answered"]
    partly = apollo["partly"]
    assert (partly["data"]["user"]["phone"], partly["error"]["name"]) == (None, "CombinedGraphQLErrors")
    assert partly["data"]["user"]["address"]["prefecture"].startswith("JP-")
    (refusal,) = partly["error"]["extensions"]
    assert (refusal["code"], refusal["reason"]) == ("FIELD_FORBIDDEN", "FIELD_NOT_NECESSARY")


def test_apollo_client_is_told_why_it_is_refused(apollo: dict[str, Any]) -> None:
    (refused,) = apollo["refused"]["error"]["extensions"]
    assert (refused["code"], refused["reason"]) == ("PURPOSE_NOT_ALLOWED", "ROLE_NOT_ALLOWED")
    (unproved,) = apollo["unproved"]["error"]["extensions"]
    assert unproved["code"] == "UNAUTHENTICATED"


def test_apollo_client_sends_a_document_once_and_then_its_hash_alone_by_get(apollo: dict[str, Any]) -> None:
    first, second = apollo["hashed"]
    assert first == second
    assert first["data"]["user"]["phone"].startswith("+81")
    assert apollo["sent"] == [["GET", 400], ["POST", 200], ["GET", 200]]
