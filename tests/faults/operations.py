"""The operations that faults are tried on: reads, registers, changes, a key and refusals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.api.sending import person
from tests.api.test_register import NOTICE, USER
from tests.faults.drafts import DRAFT_OPERATIONS, draft_query
from tests.faults.evidence import EVIDENCE_OPERATIONS

ACCOUNT = '@purpose(id: "service.account")'
APPLICATION = '@purpose(id: "service.application")'
REQUESTS = '@purpose(id: "compliance.requests")'
SECURITY = '@purpose(id: "compliance.security")'

TEXT = "selfIntroduction"

WAITS = "who waits"
"""The number of somebody who waits for the desk."""

Users = Mapping[str, str]
"""The users of the demonstration by situation."""


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        asker: the situation of the user who asks, if it is a user.
        said: the variables; no two turns say the same of a change.
        before: what is set back before each turn.
        effect: how many rows of `kept` it adds or changes, all together.
        keyed: it is sent under an `Idempotency-Key`.
        refused: the code of its refusal.
    """

    client: str
    query: str
    said: Callable[[Users, int], Mapping[str, Any]] = lambda users, _turn: {"id": users["plain"]}
    asker: str | None = None
    before: tuple[str, ...] = ()
    effect: int = 0
    keyed: bool = False
    refused: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)


def _registers(_users: Users, turn: int) -> dict[str, Any]:
    return {"i": {"user": {**USER, "email": f"turn{turn}@faults.example"}, "notice": NOTICE}}


def _registers_many(_users: Users, turn: int) -> dict[str, Any]:
    """Two who come in, and between them one who was shown nothing; the last has the address of the first."""
    first, other = (
        {"user": {**USER, "email": f"{each}{turn}@faults.example"}, "notice": NOTICE}
        for each in ("one", "other")
    )
    return {"i": {"people": [first, {"user": first["user"]}, other, first]}}


def _sends(_users: Users, turn: int) -> dict[str, Any]:
    """One who is received, one who waits, one who is refused, and the first again."""
    good = person(f"sent{turn}@faults.example", name=f"SENT {_letters(turn)}")
    doubtful = person(f"doubtful{turn}@faults.example", name=f"DOUBTFUL {_letters(turn)}", fairMeans=False)
    return {"input": {"people": [good, doubtful, {**good, "consent": None}, good]}}


def _letters(turn: int) -> str:
    return "".join(chr(ord("A") + int(digit)) for digit in str(turn))


def _screens(outcome: str) -> Callable[[Users, int], Mapping[str, Any]]:
    told = {"key": TEXT, "outcome": outcome, "ifVersion": "unread"}
    return lambda users, _turn: {"i": {"user": users["plain"], **told}}


def _consents(users: Users, _turn: int) -> dict[str, Any]:
    given = {"user": users["plain"], "purpose": "service.application", "recipient": "employer-b"}
    return {"i": {**given, "noticeVersion": "1", "language": "en", "method": "CLICK"}}


UNSAID = (
    (
        "UPDATE consents SET state = 'WITHDRAWN' WHERE user_id = :plain AND purpose = 'service.application'"
        " AND recipient = 'employer-b'"
    ),
)


def _consent(name: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation($i: {kind}!) {ACCOUNT} {{ {name}(input: $i) {{ user {{ id }} }} }}"


def _asked(**more: str) -> Callable[[Users, int], Mapping[str, Any]]:
    given = {
        "purpose": "service.application",
        "recipient": "employer-b",
        "noticeVersion": "1",
        "language": "en",
    }
    return lambda users, _turn: {"i": {"user": users["plain"], **given, **more}}


def _withdraws(users: Users, _turn: int) -> dict[str, Any]:
    return {
        "i": {
            "user": users["consented-employer-a"],
            "purpose": "service.application",
            "recipient": "employer-a",
        }
    }


REGISTER = f"mutation Register($i: RegisterInput!) {ACCOUNT} {{ register(input: $i) {{ user {{ phone address {{ city }} }} }} }}"
WITHDRAW = (
    f"mutation($i: WithdrawConsentInput!) {ACCOUNT} {{ withdrawConsent(input: $i) {{ user {{ id }} }} }}"
)

REGISTER_MANY = (
    f"mutation($i: RegisterManyInput!) {ACCOUNT} {{ registerMany(input: $i)"
    " { registered results { index user { phone address { city } } mistakes { path code message } } } }"
)
SCREEN = (
    f"mutation($i: ScreenAnswerInput!) {REQUESTS} {{ screenAnswer(input: $i)"
    f' {{ outcome user {{ answers(keys: ["{TEXT}"]) {{ value }} }} }} }}'
)
UNREAD = (
    "UPDATE users SET answers = :answers, version = 'unread' WHERE id = :plain",
    "UPDATE screenings SET screened_at = NULL, outcome = NULL WHERE user_id = :plain AND answer = :text",
)


SENT = (
    f"mutation($input: ReceiveUsersInput!) {APPLICATION} {{ receiveUsers(input: $input)"
    " { results { index outcome mistakes { path code message } } } }"
)
ACCEPT = (
    f"mutation($i: AcceptReceivedInput!) {REQUESTS} {{ acceptReceived(input: $i)"
    " { received user { email birthDate } } }"
)
WAITING = (
    "DELETE FROM users WHERE email = 'waits@faults.example'",
    "UPDATE received SET settled = NULL, settled_at = NULL, known = NULL WHERE id = :waits",
    "DELETE FROM received_items WHERE received_id = :waits",
    (
        "INSERT INTO received_items (id, received_id, ref, field, value) SELECT substr(id, 1, 20) || 'again',"
        " :waits, ref, field, value FROM received_items WHERE received_id = 'aside'"
    ),
)
SHOWN = {"kind": "DOCUMENT", "reference": "D-1"}


def _of_analytics(**more: Any) -> Callable[[Users, int], Mapping[str, Any]]:
    return lambda _users, _turn: {"i": {"client": "analytics", **more}}


def _adds(_users: Users, turn: int) -> dict[str, Any]:
    parts = {"role": "employer", "recipients": ["employer-a"], "owner": "A", "contact": "a@faults.example"}
    return {"i": {"name": f"client-{turn}", **parts}}


def _client(name: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation($i: {kind}!) {{ {name}(input: $i) {{ client {{ role owner active }} }} }}"


def _recipient(name: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation($i: {kind}!) {{ {name}(input: $i) {{ recipient {{ kind address status }} }} }}"


def _registers_recipient(_users: Users, turn: int) -> dict[str, Any]:
    return {"i": {"id": f"recipient-{turn}", "kind": "employer", "name": "A"}}


def _of_employer_b(**more: Any) -> Callable[[Users, int], Mapping[str, Any]]:
    return lambda _users, _turn: {"i": {"recipient": "employer-b", **more}}


def _standing(status: str) -> tuple[str, ...]:
    return (f"UPDATE recipients SET status = '{status}', address = 'A' WHERE id = 'employer-b'",)


DEAD_NOTICE = """
INSERT INTO withdrawal_notices (id, user_id, recipient, purpose, withdrawn_at, state, tries, due_at)
VALUES ('in place', :plain, 'nobody', 'service.application', '2026-11-22 03:00:00+00:00', 'DEAD', 20,
        '2026-11-22 03:00:00+00:00')
ON CONFLICT (id) DO UPDATE SET state = 'DEAD', tries = 20, lease = NULL, leased_until = NULL
"""

OWNED = ("UPDATE clients SET owner = 'A' WHERE id = 'analytics'",)
ADMIN = "policy-admin"
DESK = "privacy-desk"
GROUNDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "recordEntrustment": (
        "entrustment",
        {
            "recipient": "mail-sender",
            "contract": "A",
            "purposes": ["service.billing"],
            "from": "2026-01-01",
            "until": "2026-02-01",
        },
    ),
    "superviseEntrustment": ("entrustment", {"id": "in place"}),
    "endEntrustment": ("entrustment", {"id": "in place"}),
    "recordSuccession": (
        "succession",
        {"recipient": "employer-b", "reference": "A", "purposes": ["service.billing"], "on": "2099-01-01"},
    ),
    "endSuccession": ("succession", {"id": "in place"}),
    "announceJointUse": (
        "jointUse",
        {
            "recipients": ["employer-b"],
            "purposes": ["service.billing"],
            "items": ["name"],
            "rangeOfUsers": "A",
            "usersPurpose": "A",
            "managerName": "A",
            "managerAddress": "A",
            "managerRepresentative": "A",
            "announcedAt": "2026-01-01T00:00:00Z",
        },
    ),
    "endJointUse": ("jointUse", {"id": "in place"}),
    "recordForeignCheck": (
        "foreignCheck",
        {
            "recipient": "analytics",
            "regime": "A",
            "measures": "A",
            "maintained": True,
            "checkedOn": "2026-01-01",
            "nextDueOn": "2026-06-01",
        },
    ),
    "confirmRelatedConsent": (
        "confirmation",
        {"recipient": "employer-b", "how": "A", "confirmedOn": "2026-01-01", "until": "2026-02-01"},
    ),
    "endConfirmation": ("confirmation", {"id": "in place"}),
    "draftTransmissionNotice": ("transmissionNotice", {"recipient": "analytics", "from": "2026-01-01"}),
    "publishTransmissionNotice": ("transmissionNotice", {"id": "in place"}),
    "endTransmissionNotice": ("transmissionNotice", {"id": "in place"}),
}
"""The mutations of grounds, each with what its payload tells and what is said.

What they record holds no more, or not yet, or held before, so that the registry stays as it is: a changed one takes one
more call to put in force.
"""

_OVER = (
    *("entrustments", "successions", "joint_uses", "confirmations", "transmission_notices"),
    *("case_files", "case_people"),
)
IN_PLACE = (
    *(f"DELETE FROM {table} WHERE id IN ('in place', 'standing')" for table in _OVER),
    (
        "INSERT INTO joint_uses (id, recipients, purposes, items, range_of_users, users_purpose, manager_name,"
        " manager_address, manager_representative, announced_at) VALUES ('standing', '[\"employer-b\"]',"
        " '[\"service.billing\"]', '[\"name\"]', 'A', 'A', 'A', 'A', 'A', '2026-01-01 00:00:00+00:00')"
    ),
    (
        "INSERT INTO entrustments (id, recipient, contract, scope, purposes, from_on, supervise_days)"
        " VALUES ('in place', 'mail-sender', 'A', '', '[]', '2026-01-01', 365)"
    ),
    (
        "INSERT INTO successions (id, recipient, reference, purposes, on_day)"
        " VALUES ('in place', 'employer-b', 'A', '[]', '2026-01-01')"
    ),
    (
        "INSERT INTO joint_uses (id, recipients, purposes, items, range_of_users, users_purpose, manager_name,"
        " manager_address, manager_representative) VALUES ('in place', '[]', '[]', '[]', 'A', 'A', 'A', 'A', 'A')"
    ),
    (
        "INSERT INTO confirmations (id, recipient, how, foreign_informed, confirmed_on)"
        " VALUES ('in place', 'employer-b', 'A', FALSE, '2026-01-01')"
    ),
    (
        "INSERT INTO transmission_notices (id, recipient, items, recipient_ja, items_ja, purpose_ja, recipient_en,"
        " items_en, purpose_en, policy_url, opt_out_url, opt_out_ja, limits_ja, from_on, until_on) VALUES ('in place',"
        " 'analytics', '[\"Event.url\"]', 'A', 'ページ', '分析', '', '', '', '', 'https://a.example/', '', '',"
        " '2026-01-01', '2026-02-01')"
    ),
    (
        "INSERT INTO case_files (id, recipient, basis, reference, office, requester, items, valid_from, valid_until,"
        " opened_by, opened_with) VALUES ('in place', 'authority', '27-1-1', 'A', 'A', 'A', '[\"name\"]',"
        " '2026-01-01 00:00:00+00:00', '2099-01-01 00:00:00+00:00', 'another', 'another-desk')"
    ),
    "INSERT INTO case_people (id, case_id, user_id) VALUES ('in place', 'in place', :plain)",
)
"""One ground of each kind and a case file, to be changed; none that holds."""


def _saying(said: Mapping[str, Any]) -> Callable[[Users, int], Mapping[str, Any]]:
    return lambda _users, _turn: {"i": said}


def _ground(name: str) -> tuple[str, Callable[[Users, int], Mapping[str, Any]]]:
    told, said = GROUNDS[name]
    kind = f"{name[0].upper()}{name[1:]}Input"
    fields = f"{told} {{ state }}"
    return f"mutation($i: {kind}!) {{ {name}(input: $i) {{ {fields} }} }}", lambda _users, _turn: {"i": said}


def _case(name: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation($i: {kind}!) {REQUESTS} {{ {name}(input: $i) {{ case {{ state people }} }} }}"


def _opens(users: Users, _turn: int) -> Mapping[str, Any]:
    parts = {"recipient": "authority", "basis": "27-1-1", "reference": "A", "office": "A", "requester": "A"}
    more = {"people": [users["plain"]], "items": ["name"], "until": "2099-01-01T00:00:00Z"}
    return {"i": {**parts, **more}}


def _of_a_case(_users: Users, _turn: int) -> Mapping[str, Any]:
    return {"i": {"case": "in place"}}


OPERATIONS: Mapping[str, Operation] = {
    "one user": Operation("frontend", f"query($id: ID!) {ACCOUNT} {{ user(id: $id) {{ id email phone }} }}"),
    "an employer's user": Operation(
        "employer-a",
        f"query($id: ID!) {APPLICATION} {{ user(id: $id) {{ id email name {{ roman }} }} }}",
        lambda users, _turn: {"id": users["offered-employer-a"]},
    ),
    "pages under aliases": Operation(
        "frontend",
        f"query($id: ID!) {ACCOUNT} {{ one: users(first: 3) {{ edges {{ node {{ id email }} }} }}"
        " two: users(first: 2, orderBy: REGISTERED_AT_DESC, filter: {ids: [$id]}) { edges { node { id } } }"
        " three: user(id: $id) { id phone } }",
    ),
    "a filter by a mark": Operation(
        "frontend",
        f'query {ACCOUNT} {{ users(filter: {{phone: {{eq: "+819012345678"}}}}) {{ edges {{ node {{ id }} }} }} }}',
        lambda _users, _turn: {},
    ),
    "me with registers": Operation(
        "frontend",
        f"query {ACCOUNT} {{ me {{ id email consents {{ purpose recipient state }} notices {{ policyVersion }} }}"
        " purposes { id } edition { number } }",
        lambda _users, _turn: {},
        asker="newsletter",
    ),
    "accesses": Operation(
        "auditor",
        f'query($id: ID!) {SECURITY} {{ accesses(user: $id, client: "employer-b") {{ edges {{ node {{ outcome purpose'
        " releases { edges { node { user released } } } } } } }",
        lambda users, _turn: {"id": users["offered-employer-a"]},
    ),
    "register": Operation("frontend", REGISTER, _registers, effect=3),
    "register under a key": Operation("frontend", REGISTER, _registers, effect=3, keyed=True),
    "registerMany": Operation("frontend", REGISTER_MANY, _registers_many, effect=6),
    "registerMany under a key": Operation("frontend", REGISTER_MANY, _registers_many, effect=6, keyed=True),
    "updateUser": Operation(
        "frontend",
        f"mutation($i: UpdateUserInput!) {ACCOUNT} {{ updateUser(input: $i) {{ user {{ id email }} }} }}",
        lambda users, turn: {"i": {"id": users["busy"], "user": {"phone": f"+8190{turn + 10_000_000:08d}"}}},
        asker="busy",
        effect=2,
    ),
    "recordConsent": Operation(
        "frontend",
        f"mutation($i: RecordConsentInput!) {ACCOUNT} {{ recordConsent(input: $i) {{ user {{ id }} }} }}",
        _consents,
        effect=2,
    ),
    "requestConsent": Operation("frontend", _consent("requestConsent"), _asked(), before=UNSAID, effect=2),
    "refuseConsent": Operation(
        "frontend", _consent("refuseConsent"), _asked(method="CLICK"), before=UNSAID, effect=2
    ),
    "invalidateConsent": Operation(
        "privacy-desk",
        f"mutation($i: InvalidateConsentInput!) {REQUESTS} {{ invalidateConsent(input: $i) {{ user {{ id }} }} }}",
        lambda users, _turn: {"i": {**_withdraws(users, 0)["i"], "end": "INVALIDATED", "reason": "A"}},
        before=("UPDATE consents SET state = 'GIVEN', withdrawn_at = NULL WHERE user_id = :consented",),
        effect=2,
    ),
    "withdrawConsent": Operation(
        "frontend",
        WITHDRAW,
        _withdraws,
        before=("UPDATE consents SET state = 'GIVEN', withdrawn_at = NULL WHERE user_id = :consented",),
        effect=2,
    ),
    "withdrawConsent under a key": Operation(
        "frontend",
        WITHDRAW,
        _withdraws,
        before=("UPDATE consents SET state = 'GIVEN', withdrawn_at = NULL WHERE user_id = :consented",),
        effect=2,
        keyed=True,
    ),
    "setApplicationStage": Operation(
        "employer-a",
        f"mutation($i: SetApplicationStageInput!) {APPLICATION} {{ setApplicationStage(input: $i)"
        " { stage user { id email } } }",
        lambda users, _turn: {"i": {"user": users["offered-employer-a"], "stage": "HIRED"}},
        before=("UPDATE applications SET stage = 'OFFER_ACCEPTED' WHERE user_id = :offered",),
        effect=2,
    ),
    "placeHold": Operation(
        "privacy-desk",
        f"mutation($i: PlaceHoldInput!) {REQUESTS} {{ placeHold(input: $i) {{ user {{ id }} }} }}",
        lambda users, _turn: {
            "i": {"user": users["newsletter"], "purposes": ["promotion"], "ground": "HARM"}
        },
        effect=1,
    ),
    "liftHold": Operation(
        "privacy-desk",
        f"mutation($i: LiftHoldInput!) {REQUESTS} {{ liftHold(input: $i) {{ hold user {{ id }} }} }}",
        lambda _users, _turn: {"i": {"hold": "in place"}},
        before=("UPDATE holds SET reference = 'in place', lifted_at = NULL WHERE user_id = :held",),
        effect=3,
    ),
    "screenAnswer that clears": Operation(
        "privacy-desk", SCREEN, _screens("CLEARED"), before=UNREAD, effect=1
    ),
    "screenAnswer that removes": Operation(
        "privacy-desk", SCREEN, _screens("REMOVED"), before=UNREAD, effect=3
    ),
    "receiveUsers": Operation("employer-a", SENT, _sends, effect=21),
    "receiveUsers under a key": Operation("employer-a", SENT, _sends, effect=21, keyed=True),
    "acceptReceived as somebody new": Operation(
        "privacy-desk",
        ACCEPT,
        lambda _users, _turn: {"i": {"received": WAITS, "evidence": SHOWN}},
        before=WAITING,
        effect=7,
    ),
    "acceptReceived as somebody known": Operation(
        "privacy-desk",
        ACCEPT,
        lambda users, _turn: {"i": {"received": WAITS, "evidence": SHOWN, "user": users["plain"]}},
        before=(*WAITING, "DELETE FROM consents WHERE user_id = :plain AND recipient = 'employer-a'"),
        effect=5,
    ),
    "rejectReceived": Operation(
        "privacy-desk",
        f"mutation($i: RejectReceivedInput!) {REQUESTS} {{ rejectReceived(input: $i) {{ received }} }}",
        lambda _users, _turn: {"i": {"received": WAITS, "reason": "No evidence came."}},
        before=WAITING,
        effect=1,
    ),
    "receipts and those who wait": Operation(
        "privacy-desk",
        f"query {REQUESTS} {{ received {{ edges {{ node {{ id reasons known items {{ field value }} }} }} }}"
        ' receipts(since: "2199-01-01T00:00:00Z") { edges { node { id } } } }',
        lambda _users, _turn: {},
        before=WAITING,
    ),
    "addClient": Operation(ADMIN, _client("addClient"), _adds, effect=3),
    "updateClient": Operation(
        ADMIN, _client("updateClient"), _of_analytics(owner="B"), before=OWNED, effect=2
    ),
    "updateClient under a key": Operation(
        ADMIN, _client("updateClient"), _of_analytics(owner="B"), before=OWNED, effect=2, keyed=True
    ),
    "rotateClientSecret": Operation(
        ADMIN, _client("rotateClientSecret"), _of_analytics(), before=OWNED, effect=3
    ),
    "revokeClient": Operation(
        ADMIN,
        _client("revokeClient"),
        _of_analytics(),
        before=(*OWNED, "UPDATE clients SET active = TRUE WHERE id = 'analytics'"),
        effect=2,
    ),
    "restoreClient": Operation(
        ADMIN,
        _client("restoreClient"),
        _of_analytics(),
        before=(*OWNED, "UPDATE clients SET active = FALSE WHERE id = 'analytics'"),
        effect=2,
    ),
    "addRecipient": Operation(DESK, _recipient("addRecipient"), _registers_recipient, effect=2),
    "updateRecipient": Operation(
        DESK, _recipient("updateRecipient"), _of_employer_b(address="B"), before=_standing("ACTIVE"), effect=2
    ),
    "updateRecipient under a key": Operation(
        DESK,
        _recipient("updateRecipient"),
        _of_employer_b(address="B"),
        before=_standing("ACTIVE"),
        effect=2,
        keyed=True,
    ),
    "stopRecipient": Operation(
        DESK, _recipient("stopRecipient"), _of_employer_b(), before=_standing("ACTIVE"), effect=2
    ),
    "reopenRecipient": Operation(
        DESK, _recipient("reopenRecipient"), _of_employer_b(), before=_standing("STOPPED"), effect=2
    ),
    **{name: Operation(DESK, *_ground(name), before=IN_PLACE, effect=2) for name in GROUNDS},
    "recordEntrustment under a key": Operation(
        DESK, *_ground("recordEntrustment"), before=IN_PLACE, effect=2, keyed=True
    ),
    "openCase": Operation(DESK, _case("openCase"), _opens, effect=3),
    "openCase under a key": Operation(DESK, _case("openCase"), _opens, effect=3, keyed=True),
    "approveCase": Operation(DESK, _case("approveCase"), _of_a_case, before=IN_PLACE, effect=2),
    "closeCase": Operation(DESK, _case("closeCase"), _of_a_case, before=IN_PLACE, effect=2),
    "cases": Operation(
        DESK,
        f"query {REQUESTS} {{ cases(first: 2) {{ edges {{ node {{ id state people }} }} }} }}",
        lambda _users, _turn: {},
    ),
    "retryNotice": Operation(
        "privacy-desk",
        "mutation($i: RetryNoticeInput!) { retryNotice(input: $i) { notice state } }",
        lambda _users, _turn: {"i": {"notice": "in place"}},
        before=(DEAD_NOTICE,),
        effect=2,
    ),
    **{
        name: Operation(client, draft_query(name), _saying(said), before=tuple(before), effect=effect)
        for name, (client, said, before, effect) in DRAFT_OPERATIONS.items()
    },
    **{
        query.partition("{ ")[2].partition("(")[0]: Operation(
            client, query, _saying(said), before=before, effect=effect
        )
        for query, (client, said, before, effect) in EVIDENCE_OPERATIONS.items()
    },
    "publishEdition under a key": Operation(
        ADMIN,
        draft_query("publishEdition"),
        _saying(DRAFT_OPERATIONS["publishEdition"][1]),
        before=tuple(DRAFT_OPERATIONS["publishEdition"][2]),
        effect=3,
        keyed=True,
    ),
    "a refused read": Operation(
        "employer-a",
        f"query($id: ID!) {ACCOUNT} {{ user(id: $id) {{ id email }} }}",
        refused="PURPOSE_NOT_ALLOWED",
    ),
    "a refused change": Operation(
        "frontend",
        REGISTER,
        lambda _users, _turn: {"i": {"user": USER, "notice": None}},
        refused="BAD_INPUT",
    ),
}
