"""The sent: the documents of the machine's operations, and the reads that the oracle answers beside the gateway."""

from typing import Any

from tests.oracle.answer import Question
from tests.oracle.asker import Asker

LEAVES = (
    *("service.account", "service.matching", "service.application", "service.eligibility", "service.support"),
    "compliance.requests",
)


def changing(name: str, purpose: str, more: str = "") -> str:
    """A mutation by its name; its payload tells whom it was about."""
    kind = name[0].upper() + name[1:]
    seen = "id" if purpose == "service.application" else "id version"
    return f"""mutation($input: {kind}Input!) @purpose(id: "{purpose}") {{
      {name}(input: $input) {{ {more} user {{ {seen} }} }} }}"""


FIELDS = """{
  id version registeredAt email emailMasked phone phoneMasked birthDate ageBand initials workEligibility
  name { roman kanji kana } address { postalCode prefecture city building }
  residenceCard { number status nationality stayExpiresOn }
  answers { key value label }
  consents { id purpose recipient state givenAt withdrawnAt expiresAt noticeVersion language method }
  notices { source policyVersion language purposes shownAt acquiredAt }
  history { field was became at by client purpose }
}"""
ONE = f"query($id: ID!) {{ user(id: $id) {FIELDS} }}"
LIST = f"query($ids: [ID!]) {{ users(filter: {{ids: $ids}}) {{ edges {{ node {FIELDS} }} }} }}"
ME = f"{{ me {FIELDS} }}"

SEEN = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id } }'
OWN = """query @purpose(id: "service.account") { me {
  version phone address { building } consents { purpose recipient state } answers(keys: ["selfIntroduction"]) { value }
  history { field was became by } } }"""

ASKERS = (
    ("frontend", "frontend", ("internal",), "service.account"),
    ("frontend", "frontend", ("internal",), "service.matching"),
    ("employer-a", "employer", ("employer-a",), "service.application"),
    ("employer-a", "employer", ("employer-a",), "service.eligibility"),
    ("privacy-desk", "privacy_officer", ("internal", "person"), "compliance.requests"),
    ("privacy-desk", "privacy_officer", ("person",), "compliance.requests"),
    ("auditor", "auditor", ("internal",), "compliance.security"),
    ("frontend", "user", ("person",), "service.account"),
    ("frontend", "user", ("person",), "compliance.requests"),
)


def asked(place: int, user: str, *, listed: bool) -> tuple[Asker, Question]:
    """One of the askers, with a read about this person."""
    client, role, recipients, purpose = ASKERS[place % len(ASKERS)]
    own = role == "user"
    directive = f' @purpose(id: "{purpose}", recipient: "{recipients[0]}")'
    text = ME if own else LIST if listed else ONE
    variables: dict[str, Any] = {} if own else {"ids": [user]} if listed else {"id": user}
    text = f"query{directive} {text}" if own else text.replace("!)", f"!){directive}", 1)
    if listed and not own:
        text = text.replace("ID!])", f"ID!]){directive}", 1)
    known = ("internal", "person") if client == "privacy-desk" else recipients
    return Asker(client, role, known, user if own else None), Question(text, variables)
