"""The receipt of a consent: what the person may keep, as JSON under a published schema and as a page to read."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import httpx
import jsonschema_rs
import pytest

from api.consent_receipt.page import WORDS
from models.consents.consent import ConsentMethod, ConsentState
from models.consents.receipt.receipt import SAID, SCHEMA_FILE, TERMS
from tests.api.proofs import ath
from tests.api.prover import Prover
from tests.world import World

RECORD = """mutation($i: RecordConsentInput!) @purpose(id: "service.account") {
  recordConsent(input: $i) { user { consents { id purpose recipient receipt } } warnings { code } } }"""
NOTICE = "応募先の企業に、あなたの<氏名>と連絡先を提供します。\n同意はいつでも撤回できます。"
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


class Read(HTMLParser):
    """The words of a page, and every address it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.loaded: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.tags.append((tag, dict(attrs)))
        self.loaded += [value or "" for name, value in attrs if name in {"src", "href", "action", "data"}]

    def handle_data(self, data: str) -> None:
        if self._inside != "style" and data.strip():
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        return "\n".join(self.words)


async def recorded(world: World, user: str, **more: Any) -> Mapping[str, Any]:
    """The receipt of a consent that was recorded for a moment."""
    said = {
        "user": user,
        "purpose": "service.application",
        "recipient": "employer-b",
        "noticeVersion": "2019-05-29",
        "language": "ja",
        "method": "TICK",
        "noticeText": NOTICE,
        **more,
    }
    answer = await world.ask("frontend", RECORD, {"i": said}, user=user)
    consents = answer["data"]["recordConsent"]["user"]["consents"]
    found: Mapping[str, Any] = next(
        each
        for each in consents
        if (each["purpose"], each["recipient"]) == (said["purpose"], said["recipient"])
    )
    return found


async def page(
    world: World, consent: str, user: str, lang: str = "ja", accept: str = "text/html"
) -> httpx.Response:
    token = await world.token("frontend", user)
    headers = {"Authorization": f"Bearer {token}", "Accept": accept}
    return await world.http.get(f"/receipts/{consent}", params={"lang": lang}, headers=headers)


async def schema(world: World) -> jsonschema_rs.Draft202012Validator:
    served = await world.http.get("/schemas/consent-receipt.json")
    assert served.headers["content-type"] == "application/schema+json"
    assert served.content == SCHEMA_FILE.read_bytes()
    return jsonschema_rs.Draft202012Validator(served.text, validate_formats=True)


async def test_the_receipt_of_a_consent_validates_against_its_published_schema_and_reads_well_in_japanese(
    a_world: World,
) -> None:
    user = a_world.demo.users["plain"]
    found = await recorded(a_world, user, categories=["contact", "name"])
    receipt = found["receipt"]
    assert [str(e) for e in (await schema(a_world)).iter_errors(receipt)] == []
    assert receipt["consent_status"] == {
        "state": "GIVEN",
        "term": "dpv:ConsentGiven",
        "permits": True,
        "ja": "同意済み",
        "en": "Agreed",
    }
    assert receipt["pii_processing"]["purpose"]["terms"] == [
        "dpv:PersonnelHiring",
        "dpv:RequestedServiceProvision",
    ]
    assert [each["id"] for each in receipt["pii_processing"]["pii_information"]] == ["contact", "name"]
    assert receipt["kantara"]["services"][0]["purposes"][0]["thirdPartyName"] == "架空ベータ介護株式会社"
    assert [each["entity_id"] for each in receipt["events"]] == [user]

    shown = await page(a_world, found["id"], user)
    read = Read(shown.text)
    assert shown.status_code == 200
    assert ("html", {"lang": "ja"}) in read.tags
    for told in (
        "同意の控え",
        "同意済み",
        "ご応募いただいた求人企業へ応募情報を提供し、選考の連絡を行うため",
        "架空ベータ介護株式会社",
        "連絡先",
        "氏名",
        "あなたが指定した項目に限ります。",
        "チェックボックスへのチェック",
        "期限の定めはありません",
        "あなた",
        "応募先の企業に、あなたの<氏名>と連絡先を提供します。",
    ):
        assert told in read.text, told
    assert re.search(r"20\d\d年\d{1,2}月\d{1,2}日 \d{1,2}時\d\d分（日本時間）", read.text)
    untranslated = [
        line
        for line in read.words
        if not JAPANESE.search(line) and not re.fullmatch(r"[0-9a-f]{26,64}(-\d+)?|[\d-]+|: .*", line)
    ]
    assert untranslated == []


async def test_the_page_reads_in_english_and_loads_nothing(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    found = await recorded(
        a_world, user, language="en", noticeText="We give <b>your name</b> to the employer."
    )
    shown = await page(a_world, found["id"], user, "en")
    read = Read(shown.text)
    assert "Receipt of a consent" in read.text
    assert "No end is set" in read.text
    assert "We give <b>your name</b> to the employer." in read.text
    assert read.loaded == []
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "no-store"


async def test_the_json_of_a_receipt_can_be_kept(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    found = await recorded(a_world, user)
    kept = await page(a_world, found["id"], user, accept="application/json")
    assert kept.headers["content-type"] == "application/json"
    assert kept.json() | {"created": ""} == found["receipt"] | {"created": ""}


async def test_a_receipt_is_an_access_on_record(a_world: World) -> None:
    user = a_world.demo.users["busy"]
    found = await recorded(a_world, user)
    await page(a_world, found["id"], user)
    told = await a_world.ask(
        "auditor",
        """query($u: ID!) @purpose(id: "compliance.security") { accesses(user: $u, first: 1) { edges { node {
        purpose operation role releases { edges { node { released } } } } } } }""",
        {"u": user},
    )
    node = told["data"]["accesses"]["edges"][0]["node"]
    assert (node["purpose"], node["operation"], node["role"]) == ("service.account", "Mine", "user")
    assert node["releases"]["edges"][0]["node"]["released"] == ["User.consents"]


async def test_nobody_elses_receipt_is_shown(a_world: World) -> None:
    found = await recorded(a_world, a_world.demo.users["plain"])
    other = await page(a_world, found["id"], a_world.demo.users["busy"])
    assert other.status_code == 404
    assert Read(other.text).words == [
        *("控えを表示できません", "控えを表示できません"),
        "この番号の控えは見つかりません。番号をご確認ください。",
    ]
    assert (await a_world.http.get(f"/receipts/{found['id']}")).status_code == 401
    bad = await a_world.http.get(f"/receipts/{found['id']}", headers={"Authorization": "Bearer x"})
    assert "サービスの画面にログインし直してから、もう一度控えを開いてください。" in bad.text
    assert "トークン" not in bad.text
    assert (bad.status_code, "error=" in bad.headers["www-authenticate"]) == (401, True)


@pytest.mark.parametrize(
    ("client", "purpose", "status"),
    [
        ("privacy-desk", "compliance.requests", 200),
        ("privacy-desk", "", 400),
        ("employer-b", "service.application", 404),
        ("auditor", "compliance.security", 404),
    ],
)
async def test_the_desk_shows_a_receipt_and_no_third_party_does(
    a_world: World, client: str, purpose: str, status: int
) -> None:
    user = a_world.demo.users["consented-employer-a"]
    found = await recorded(a_world, user)
    headers = {"Purpose": purpose} if purpose else {}
    token = await a_world.token(client)
    shown = await a_world.http.get(
        f"/receipts/{found['id']}",
        params={"user": user, "lang": "ja"},
        headers={"Authorization": f"Bearer {token}", **headers},
    )
    assert shown.status_code == status
    assert ("架空ベータ介護株式会社" in shown.text) is (status == 200)


def test_every_state_and_method_has_its_term_and_its_words_in_both_languages() -> None:
    assert {name for of, name in TERMS if of == "state"} == set(ConsentState)
    assert {name for of, name in SAID if of == "state"} == set(ConsentState)
    assert {name for of, name in SAID if of == "step"} == set(ConsentState)
    assert {name for of, name in SAID if of == "method"} == set(ConsentMethod)
    texts = [*SAID.values(), *WORDS.values()]
    assert [each for each in texts if not JAPANESE.search(each["ja"]) or JAPANESE.search(each["en"])] == []


async def test_the_schema_refuses_what_is_no_receipt(a_world: World) -> None:
    validator = await schema(a_world)
    good = (await recorded(a_world, a_world.demo.users["plain"]))["receipt"]
    assert validator.is_valid(good)
    for spoilt in (
        {**good, "more": 1},
        {name: value for name, value in good.items() if name != "parties"},
        good | {"consent_status": good["consent_status"] | {"state": "WITHDRAWN"}},
        good | {"created": "yesterday"},
    ):
        assert not validator.is_valid(spoilt)


ANSWERS: dict[str, tuple[str, dict[str, object]]] = {
    "REQUESTED": ("requestConsent", {}),
    "REFUSED": ("refuseConsent", {"method": "CLICK"}),
    "DEFERRED": ("refuseConsent", {"method": "CLICK", "later": True}),
}


@pytest.mark.parametrize("state", ANSWERS)
async def test_a_receipt_states_no_consent_that_was_never_given(a_world: World, state: str) -> None:
    name, more = ANSWERS[state]
    kind = f"{name[0].upper()}{name[1:]}Input"
    said: dict[str, Any] = {
        "user": a_world.demo.users["unnoticed"],
        "purpose": "service.application",
        "recipient": "employer-b",
    }
    query = f"""mutation($i: {kind}!) @purpose(id: "service.account") {{
      {name}(input: $i) {{ user {{ consents {{ id recipient receipt }} }} }} }}"""
    given = {**said, "noticeVersion": "2", "language": "ja", **more}
    answer = await a_world.ask("frontend", query, {"i": given}, user=said["user"])
    consents = answer["data"][name]["user"]["consents"]
    found = next(each for each in consents if each["recipient"] == "employer-b")
    assert (await schema(a_world)).is_valid(found["receipt"])
    assert found["receipt"]["consent_status"]["state"] == state
    for language, words in (
        ("ja", ("同意済み", "撤回できます", "期限の定め", "による同意")),
        ("en", ("Agreed", "take this consent back", "No end")),
    ):
        read = Read((await page(a_world, found["id"], said["user"], language)).text).text
        assert [word for word in words if word in read] == []
        assert (WORDS["method"][language] in read) is (state != "REQUESTED")


async def test_a_receipt_names_only_what_is_read_on_the_ground_of_it(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    for purpose, recipient in (("service.support", "support-org"), ("service.application", "employer-b")):
        found = await recorded(a_world, user, purpose=purpose, recipient=recipient)
        named = {each["id"] for each in found["receipt"]["pii_processing"]["pii_information"]}
        assert named
        assert not named & {"person", "record", "registration", "everything"}


async def test_a_proof_without_a_nonce_is_told_one(a_world: World) -> None:
    prover = Prover(a_world, "privacy-desk")
    await prover.get_token()
    user = a_world.demo.users["plain"]
    path = f"/receipts/{(await recorded(a_world, user))['id']}"
    shown = []
    for nonce in (None, prover.nonce):
        proof = prover.proof("GET", path, ath=ath(prover.token), nonce=nonce)
        headers = {"Authorization": f"DPoP {prover.token}", "DPoP": proof, "Purpose": "compliance.requests"}
        shown.append(await a_world.http.get(path, params={"user": user}, headers=headers))
    assert [each.status_code for each in shown] == [401, 200]
    assert 'error="use_dpop_nonce"' in shown[0].headers["www-authenticate"]
    assert all(each.headers["dpop-nonce"] for each in shown)


async def test_the_page_calls_the_information_what_people_call_it(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    found = await recorded(a_world, user)
    named = {each["id"]: each for each in found["receipt"]["pii_processing"]["pii_information"]}
    assert named["introduction"]["ja"] == "会員番号、氏名、イニシャル、年齢層・就労可否"
    assert named["introduction"]["en"] == "Member number, Name, Initials, Age band and permission to work"
    read = Read((await page(a_world, found["id"], user)).text).text
    assert named["introduction"]["ja"] in read
    assert not re.search("紹介情報|識別子|区分|詳細情報", read)


async def test_the_history_of_the_demonstration_tells_who_did_what(a_world: World) -> None:
    user = a_world.demo.users["withdrawn-employer-a"]
    query = "{ me { consents { id recipient state } } }"
    asked = f'query @purpose(id: "service.account") {query}'
    consents = (await a_world.ask("frontend", asked, user=user))["data"]["me"]["consents"]
    (consent,) = (each["id"] for each in consents if each["state"] == "WITHDRAWN")
    words = Read((await page(a_world, consent, user)).text).words
    steps = [place for place, word in enumerate(words) if word.endswith("ました")]
    assert [(words[place], words[place + 1]) for place in steps] == [
        ("同意をお願いしました", "当社"),
        ("同意しました", "あなた"),
        ("同意を撤回しました", "あなた"),
    ]
