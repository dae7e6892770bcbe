"""The machine: people register, correct, agree, apply and are held, in any order; each step is proved three ways.

What must be true is kept apart (`Being`); what the gateway answers is compared with the oracle, byte for byte; and
the ledger must hold one record of each operation, with its outcome, its people and the fields written.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.machine.ground import Ground
from tests.machine.person import APPLICATION, FORWARD, OVER, Being
from tests.machine.sent import ASKERS, LEAVES, OWN, SEEN, asked, changing

TEXT = "selfIntroduction"
EMPLOYERS = ("employer-a", "employer-b")
STAGED, SCREENED = "Mutation.setApplicationStage", "Mutation.screenAnswer"
PLACED, LIFTED = "Mutation.placeHold", "Mutation.liftHold"
"""What the ledger calls a change that is of no field."""

whose = st.integers(0, 5)
looks = st.lists(st.tuples(st.integers(0, len(ASKERS) - 1), st.booleans()), min_size=2, max_size=2)
phones = st.sampled_from(["03-1234-5678", "+81 60-1234-5678", "090-1234-0001", "050-3188-0386"])
KEPT = {
    "03-1234-5678": "+81312345678",
    "+81 60-1234-5678": "+816012345678",
    "090-1234-0001": "+819012340001",
    "050-3188-0386": "+815031880386",
}


class Machine(RuleBasedStateMachine):
    """One run of steps over people of its own, on a ground that runs share."""

    ground: ClassVar[Ground]
    turns: ClassVar[int] = 0
    stale: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.beings: list[Being] = []
        self.keys: list[tuple[str, dict[str, Any], Any]] = []
        self.ground.look()

    def being(self, number: int) -> Being:
        return self.beings[number % len(self.beings)]

    # What is proved of every step.

    def done(self, response: httpx.Response, being: Being, written: Iterable[str]) -> Any:
        """An operation that was carried out: recorded once, with these people and fields."""
        answer = response.json()
        assert "errors" not in answer, answer
        record = self.ground.record(response)
        assert (record.outcome, record.code) == ("RELEASED", None)
        parts = record.releases
        assert {part.ref for part in parts} == {being.ref}
        assert {path for part in parts for path in part.written} == set(written)
        self._count("done")
        (payload,) = answer["data"].values()
        return payload

    def refused(self, response: httpx.Response, code: str, reason: str | None = None) -> None:
        """An operation that was refused: nothing written, and the record says why."""
        answer = response.json()
        assert "data" not in answer, answer
        told = {(each["extensions"]["code"], each["extensions"].get("reason")) for each in answer["errors"]}
        assert told == {(code, reason)}
        record = self.ground.record(response)
        assert (record.outcome, record.code, record.reason) == ("REFUSED", code, reason)
        assert not any(part.written or part.released for part in record.releases)
        self._count(f"refused {code}")

    def _count(self, what: str) -> None:
        self.ground.outcomes[what] = self.ground.outcomes.get(what, 0) + 1

    def prove(self, being: Being, seen: list[tuple[int, bool]]) -> None:
        """What must be true of this person now."""
        for employer in EMPLOYERS:
            response = self.ground.send(employer, SEEN, {"id": being.id})
            found = response.json()["data"]["user"] is not None
            assert found is being.seen_by_employer(employer)
            record = self.ground.record(response)
            assert {part.ref for part in record.releases} == ({being.ref} if found else set())
        response = self.ground.send("frontend", OWN, {}, being.id)
        self.ground.record(response)
        self._own(response.json()["data"]["me"], being)
        self._stages(being)
        for place, listed in seen:
            asker, question = asked(place, being.id, listed=listed)
            fast, slow = self.ground.both(asker, question, [being.id])
            assert fast == slow

    @staticmethod
    def _own(me: Any, being: Being) -> None:
        assert me["version"] == being.version
        assert me["phone"] == being.seen["User.phone"]
        assert (me["address"] or {}).get("building") == being.seen["User.address.building"]
        assert me["answers"] == [{"value": being.seen[f"User.answers.{TEXT}"]}]
        given = {
            (each["purpose"], each["recipient"]) for each in me["consents"] if each["state"] != "WITHDRAWN"
        }
        assert given == being.consents
        told = [(each["field"], each["was"], each["became"]) for each in me["history"]]
        assert sorted(told, key=str) == sorted(being.changes, key=str)

    def _stages(self, being: Being) -> None:
        rows = self.ground.rows(
            "SELECT a.employer, a.id, s.stage FROM applications a JOIN application_steps s ON"
            " s.application_id = a.id WHERE a.user_id = :user ORDER BY a.applied_at, s.at",
            user=being.id,
        )
        kept: dict[str, dict[str, list[str]]] = {}
        for employer, application, stage in rows:
            kept.setdefault(employer, {}).setdefault(application, []).append(stage)
        assert {employer: list(each.values()) for employer, each in kept.items()} == being.applications
        for steps in (steps for each in being.applications.values() for steps in each):
            forward = [FORWARD.index(stage) for stage in steps if stage in FORWARD]
            assert forward == sorted(set(forward))
            assert not set(steps[:-1]) & set(OVER)

    # Registration.

    def _form(self, phone: str, shown: frozenset[str]) -> dict[str, Any]:
        type(self).turns += 1
        return {
            "user": {
                "name": {"roman": "NGUYEN VAN AN"},
                "email": f"machine{self.turns}@mail.example",
                "birthDate": "平成10年5月1日",
                "phone": phone,
                "answers": [{"key": TEXT, "value": "I like to build things."}],
            },
            "notice": {
                "policyVersion": "1",
                "language": "ja",
                "purposes": sorted(shown | {"service.account"}),
                "shownAt": "2026-11-22T00:00:00Z",
            },
        }

    def _register(self, phone: str, shown: frozenset[str], key: str | None) -> Being:
        given = {"input": self._form(phone, shown)}
        response = self.ground.send("frontend", changing("register", "service.account"), given, key=key)
        told = response.json()["data"]["register"]["user"]
        ((ref,),) = self.ground.rows("SELECT ref FROM users WHERE id = :id", id=told["id"])
        seen = {
            "User.phone": KEPT[phone],
            "User.address.building": None,
            f"User.answers.{TEXT}": "I like to build things.",
        }
        being = Being(told["id"], ref, shown | {"service.account"}, seen, told["version"], waiting=True)
        entered = ("User.name.roman", "User.email", "User.birthDate", "User.phone", f"User.answers.{TEXT}")
        self.done(response, being, entered)
        if key is not None:
            self.keys.append((key, given, response.json()))
        self.ground.people += 1
        self._people()
        self.beings.append(being)
        return being

    def _people(self) -> None:
        assert self.ground.rows("SELECT count(*) FROM users") == [(self.ground.people,)]

    @initialize(phone=phones, ready=st.integers(0, 2))
    def somebody(self, phone: str, ready: int) -> None:
        """A person to begin with, for the most part one who applied with consent, or is to be interviewed."""
        being = self._register(phone, frozenset(LEAVES), None)
        if ready:
            self.agree(0, APPLICATION, "employer-a", own=True, gives=True, seen=[])
            self.apply(0, "employer-a", "APPLIED", [])
            assert being.seen_by_employer("employer-a")
        if ready > 1:
            self.move_on(0, "employer-a", "INTERVIEW", [])

    @precondition(lambda self: len(self.beings) < 3)
    @rule(phone=phones, shown=st.frozensets(st.sampled_from(LEAVES)), keyed=st.booleans(), seen=looks)
    def register(self, phone: str, shown: frozenset[str], keyed: bool, seen: list[tuple[int, bool]]) -> None:
        key = f"machine-{self.turns}" if keyed else None
        self.prove(self._register(phone, shown, key), seen)

    @precondition(lambda self: bool(self.keys))
    @rule(number=whose)
    def register_again(self, number: int) -> None:
        """The same request under the same key is answered alike, and registers nobody."""
        key, given, before = self.keys[number % len(self.keys)]
        being = next(each for each in self.beings if each.id == before["data"]["register"]["user"]["id"])
        if not being.seen_by_frontend() or being.version != before["data"]["register"]["user"]["version"]:
            return
        response = self.ground.send("frontend", changing("register", "service.account"), given, key=key)
        assert response.json() == before
        self.done(response, being, ())
        self._people()

    @precondition(lambda self: bool(self.keys))
    @rule(number=whose, phone=phones)
    def register_another_under_a_key(self, number: int, phone: str) -> None:
        key, _, _ = self.keys[number % len(self.keys)]
        given = {"input": self._form(phone, frozenset())}
        response = self.ground.send("frontend", changing("register", "service.account"), given, key=key)
        self.refused(response, "BAD_INPUT", "KEY_REUSED")
        self._people()

    @rule(
        wrong=st.sampled_from(
            [
                ({"birthDate": "昭和64年1月8日"}, "ERA_ENDED"),
                ({"phone": "0120-123-456"}, "PHONE_FREE_DIAL"),
                ({"placeOfBirth": "Dhaka"}, "BANNED_ORIGIN"),
                ({"name": None}, "REQUIRED"),
            ]
        ),
        phone=phones,
        client=st.sampled_from(["frontend", "frontend", "employer-a"]),
    )
    def register_badly(self, wrong: tuple[dict[str, Any], str], phone: str, client: str) -> None:
        given = self._form(phone, frozenset())
        given["user"] |= wrong[0]
        purpose = "service.account" if client == "frontend" else APPLICATION
        response = self.ground.send(client, changing("register", purpose), {"input": given})
        if client == "frontend" or "placeOfBirth" in wrong[0]:
            self.refused(response, "BAD_INPUT", wrong[1])
        else:
            self.refused(response, "OPERATION_FORBIDDEN", "ROLE_NOT_ALLOWED")
        self._people()

    # Correction.

    @rule(
        number=whose,
        phone=phones | st.none(),
        building=st.sampled_from(["A 101", None]),
        desk=st.booleans(),
        version=st.sampled_from(["right", "right", "none", "stale"]),
        seen=looks,
    )
    def correct(  # noqa: PLR0913, PLR0917 - the parts of a correction
        self,
        number: int,
        phone: str | None,
        building: str | None,
        desk: bool,
        version: str,
        seen: list[tuple[int, bool]],
    ) -> None:
        being = self.being(number)
        given: dict[str, Any] = {"id": being.id, "user": {"phone": phone, "address": {"building": building}}}
        expected = {"right": being.version, "stale": (being.old or ["0" * 16])[-1]}
        if version in expected:
            given["ifVersion"] = expected[version]
        client, user = ("privacy-desk", None) if desk else ("frontend", being.id)
        purpose = "compliance.requests" if desk else "service.account"
        response = self.ground.send(client, changing("updateUser", purpose), {"input": given}, user)
        if version == "stale":
            self.refused(response, "BAD_INPUT", "STALE_VERSION")
        else:
            wanted = {"User.phone": phone and KEPT[phone], "User.address.building": building}
            self._corrected(response, being, wanted)
        self.prove(being, seen)

    def _corrected(self, response: httpx.Response, being: Being, wanted: dict[str, Any]) -> None:
        changed = {path: value for path, value in wanted.items() if being.seen[path] != value}
        told = self.done(response, being, changed)["user"]
        assert (told["version"] != being.version) is bool(changed)
        being.changes += [(path, being.seen[path], value) for path, value in changed.items()]
        being.seen |= changed
        if changed:
            being.old.append(being.version)
        being.version = told["version"]

    @rule(number=whose, text=st.sampled_from(["I was ill once.", "I paint.", "I cook."]), seen=looks)
    def write(self, number: int, text: str, seen: list[tuple[int, bool]]) -> None:
        being = self.being(number)
        given = {"id": being.id, "user": {"answers": [{"key": TEXT, "value": text}]}}
        document = changing("updateUser", "service.account")
        response = self.ground.send("frontend", document, {"input": given}, being.id)
        path = f"User.answers.{TEXT}"
        being.waiting = being.waiting or being.seen[path] != text
        self._corrected(response, being, {path: text})
        self.prove(being, seen)

    @rule(number=whose, removed=st.booleans(), seen=looks)
    def screen(self, number: int, removed: bool, seen: list[tuple[int, bool]]) -> None:
        being = self.being(number)
        given = {"user": being.id, "key": TEXT, "outcome": "REMOVED" if removed else "CLEARED"}
        given["ifVersion"] = being.version
        document = changing("screenAnswer", "compliance.requests", "outcome")
        response = self.ground.send("privacy-desk", document, {"input": given})
        path = f"User.answers.{TEXT}"
        if not being.waiting:
            self.refused(response, "BAD_INPUT", "NOTHING_TO_SCREEN")
            return
        told = self.done(response, being, {SCREENED, path} if removed else {SCREENED})["user"]
        assert (told["version"] != being.version) is removed
        if removed:
            being.changes.append((path, being.seen[path], None))
            being.seen[path] = None
            being.old.append(being.version)
            being.version = told["version"]
        being.waiting = False
        self.prove(being, seen)

    # Consent.

    @rule(
        number=whose,
        purpose=st.sampled_from([APPLICATION, APPLICATION, "service.eligibility", "service.support"]),
        recipient=st.sampled_from([*EMPLOYERS, "support-org"]),
        own=st.booleans(),
        gives=st.booleans(),
        seen=looks,
    )
    def agree(  # noqa: PLR0913, PLR0917 - the parts of a consent
        self,
        number: int,
        purpose: str,
        recipient: str,
        own: bool,
        gives: bool,
        seen: list[tuple[int, bool]],
    ) -> None:
        being = self.being(number)
        given = {"user": being.id, "purpose": purpose, "recipient": recipient}
        if gives:
            given |= {"noticeVersion": "1", "language": "ja", "method": "CLICK"}
        document = changing("recordConsent" if gives else "withdrawConsent", "service.account")
        response = self.ground.send("frontend", document, {"input": given}, being.id if own else None)
        pair = (purpose, recipient)
        if not (own or being.seen_by_frontend()) or not (gives or pair in being.consents):
            self.refused(
                response,
                "BAD_INPUT",
                "CONSENT_NOT_GIVEN" if own or being.seen_by_frontend() else "NOBODY_HERE",
            )
        else:
            self.done(response, being, {"User.consents"})
            (being.consents.add if gives else being.consents.remove)(pair)
        self.prove(being, seen)

    # Stages.

    @rule(
        number=whose,
        employer=st.sampled_from(EMPLOYERS),
        stage=st.sampled_from(["APPLIED", "APPLIED", "WITHDRAWN"]),
        seen=looks,
    )
    def apply(self, number: int, employer: str, stage: str, seen: list[tuple[int, bool]]) -> None:
        being = self.being(number)
        given = {"user": being.id, "stage": stage, "employer": employer}
        document = changing("setApplicationStage", "service.account", "stage")
        response = self.ground.send("frontend", document, {"input": given}, being.id)
        going = being.open(employer)
        if (stage == "APPLIED") is (going is not None):
            self.refused(
                response, "BAD_INPUT", "APPLICATION_OPEN" if stage == "APPLIED" else "APPLICATION_NONE"
            )
        else:
            self.done(response, being, {STAGED})
            if going is None:
                being.applications.setdefault(employer, []).append([stage])
            else:
                going.append(stage)
        self.prove(being, seen)

    @rule(
        number=whose,
        employer=st.sampled_from([*EMPLOYERS, "employer-a"]),
        stage=st.sampled_from(["INTERVIEW", "OFFER_ACCEPTED", "HIRED", "REJECTED"]),
        seen=looks,
    )
    def move_on(self, number: int, employer: str, stage: str, seen: list[tuple[int, bool]]) -> None:
        being = self.being(number)
        document = changing("setApplicationStage", APPLICATION, "stage")
        response = self.ground.send(employer, document, {"input": {"user": being.id, "stage": stage}})
        going = being.open(employer)
        if not being.seen_by_employer(employer) or going is None:
            self.refused(
                response,
                "BAD_INPUT",
                "APPLICATION_NONE" if being.seen_by_employer(employer) else "NOBODY_HERE",
            )
        elif stage in FORWARD and FORWARD.index(stage) <= FORWARD.index(going[-1]):
            self.refused(response, "BAD_INPUT", "NOT_FORWARD")
        else:
            self.done(response, being, {STAGED})
            going.append(stage)
        self.prove(being, seen)

    # Holds.

    @rule(
        number=whose,
        purposes=st.lists(
            st.sampled_from(["service", APPLICATION, "promotion", "service.account"]), min_size=1, unique=True
        ),
        recipients=st.lists(st.sampled_from(["employer-a", "employer", "internal"]), unique=True),
        seen=looks,
    )
    def hold(
        self, number: int, purposes: list[str], recipients: list[str], seen: list[tuple[int, bool]]
    ) -> None:
        being = self.being(number)
        given = {"user": being.id, "purposes": purposes, "recipients": recipients or None, "ground": "HARM"}
        document = changing("placeHold", "compliance.requests", "hold")
        response = self.ground.send("privacy-desk", document, {"input": given})
        hold = self.done(response, being, {PLACED})["hold"]
        being.holds[hold] = frozenset(purposes), frozenset(recipients or ["any"])
        self.prove(being, seen)

    @rule(number=whose, seen=looks, known=st.booleans())
    def lift(self, number: int, seen: list[tuple[int, bool]], known: bool) -> None:
        being = self.being(number)
        document = changing("liftHold", "compliance.requests", "hold")
        hold = next(iter(being.holds), None) if known else None
        response = self.ground.send("privacy-desk", document, {"input": {"hold": hold or "nothing"}})
        if hold is None:
            self.refused(response, "BAD_INPUT", "HOLD_UNKNOWN")
        else:
            assert self.done(response, being, {LIFTED})["hold"] == hold
            del being.holds[hold]
        self.prove(being, seen)
