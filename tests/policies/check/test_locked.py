"""Rules under which nobody could change the rules any more are told, door by door, and those that leave one are not."""

import pytest

from policies.mistake import Severity
from tests.policies.check.drafts import Change, cell, findings, report, rule, without

CREATE, EDIT = "Mutation.createDraft", "Mutation.editDraft"
APPROVE, PUBLISH = "Mutation.approveDraft", "Mutation.publishEdition"
ADD, UPDATE = "Mutation.addClient", "Mutation.updateClient"


def needing(name: str, needs: str) -> Change:
    return cell("rules", name, "needs", needs)


def given(role: str, recipient: str, *names: str) -> list[Change]:
    """These rules for another role and another recipient."""
    cells = {"role": role, "recipient": recipient}
    return [cell("rules", name, column, text) for name in names for column, text in cells.items()]


def act(name: str, role: str, field: str, **cells: str) -> Change:
    return rule(name, role, "none", field, **{"action": "invoke", "needs": "-", **cells})


def told(*changes: Change) -> list[tuple[str, str, str]]:
    return [(each.code, each.key, each.column) for each in findings(*changes) if "LOCKED" in each.code]


@pytest.mark.parametrize(
    ("changes", "doors"),
    [
        pytest.param([needing("drafts", "applied")], [CREATE, EDIT], id="a fact of a person, to draft"),
        pytest.param([needing("approvals", "noticed")], [APPROVE], id="a fact of a person, to approve"),
        pytest.param(
            [needing("publications", "lawful"), needing("publications-approved", "self")],
            [PUBLISH],
            id="facts of a person, to publish",
        ),
        pytest.param([needing("clients", "consented")], [ADD, UPDATE], id="a fact of a person, of clients"),
        pytest.param([cell("rules", "drafts", "recipient", "employer")], [CREATE, EDIT], id="for employers alone"),
        pytest.param(
            [cell("rules", "drafts", "purpose", "compliance.requests")], [CREATE, EDIT], id="for a purpose"
        ),
        pytest.param(
            [act("shut", "others", EDIT, eft="deny", needs="!screened")], [EDIT], id="a refusal of what is unknown"
        ),
        pytest.param([act("shut", "any", "client-act", eft="deny")], [ADD, UPDATE], id="a refusal of all"),
        pytest.param(given("user", "person", "drafts", "clients", "publications", "publications-approved"),
                     [ADD, UPDATE, CREATE, EDIT, PUBLISH], id="for people about themselves"),
        pytest.param(given("user", "any", "approvals"), [APPROVE], id="for people, to approve"),
        pytest.param(given("policy_admin", "person", "clients"), [ADD, UPDATE], id="to the person alone"),
        pytest.param([cell("roles", "policy_admin", "wider", "others"),
                      cell("rules", "drafts", "role", "staff"), needing("drafts", "erased")], [CREATE, EDIT],
                     id="a role that stands aside"),
    ],
)  # fmt: skip
def test_a_door_that_nobody_could_open_again_is_told_by_its_name(
    changes: list[Change], doors: list[str]
) -> None:
    assert told(*changes) == [("RULES_LOCKED", door, "field") for door in doors]


@pytest.mark.parametrize(
    "changes",
    [
        [cell("rules", "approvals", "role", "policy_admin")],
        [cell("rules", "drafts", "role", "staff")],
        [act("more", "policy_approver", CREATE)],
    ],
    ids=["who drafts approves alone", "who approves drafts too", "who approves begins drafts"],
)
def test_an_approval_by_none_but_those_who_draft_is_told(changes: list[Change]) -> None:
    assert told(*changes) == [("APPROVAL_LOCKED", APPROVE, "field")]


@pytest.mark.parametrize(
    "changes",
    [
        [cell("rules", "drafts", "role", "privacy_officer")],
        [needing("drafts", "applied"), act("more", "auditor", "draft-act", recipient="internal")],
        [needing("publications", "noticed")],
        [act("shut", "policy_admin", EDIT, eft="deny", needs="held")],
        [act("more", "auditor", APPROVE, recipient="any"), act("also", "policy_approver", EDIT)],
    ],
    ids=["another role drafts", "another rule opens it", "another role publishes", "refused for a fact", "another approves"],
)  # fmt: skip
def test_where_somebody_is_left_nothing_is_told(changes: list[Change]) -> None:
    assert told(*changes) == []


def test_each_is_wrong_and_tells_the_remedy_in_both_languages() -> None:
    create, _ = (each for each in findings(needing("drafts", "applied")) if each.code == "RULES_LOCKED")
    assert create.severity is Severity.WRONG
    assert create.remedy == (
        "let a role do it within the company, for the purpose `none` and without facts about a person"
    )
    assert create.what_ja == (
        "`Mutation.createDraft`をだれも実行できず、以後、規則又はクライアントを変更できなくなります"
    )


def test_what_no_rule_opens_is_told_once() -> None:
    found = report(without("rules", "approvals"))
    assert [each.code for each in found.findings if each.key == APPROVE] == ["RULES_LOCKED"]
