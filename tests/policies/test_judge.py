"""The judge: what it asks Casbin, what it remembers, and that every doubt is a no."""

import logging
from dataclasses import replace
from itertools import product

import pytest

from policies.edition import Edition
from policies.judging.judge import Judge
from policies.judging.matcher import WrongCasbinError, met, refuse_wrong_casbin
from policies.judging.question import Decision, Question
from policies.rule import Need, Rule
from policies.vocabulary import ANY, Action, Effect, Fact, Role, standing
from tests.policies.world import RECIPIENTS, ask, declared, edition, judge, rule, with_rules

CONTACT = ask("employer read service.application User.email employer-a", "noticed+consented+interview")
NUMBER = ask(
    "employer read service.eligibility User.residenceCard.number employer-a",
    "noticed+consented+offer-accepted",
)


def another(of: Rule, **changes: object) -> Rule:
    return replace(of, **changes)  # the tests name real columns


def test_an_allowed_question_names_its_rule_and_edition() -> None:
    assert judge().decide(CONTACT) == Decision(allowed=True, rule="application-contact", edition=edition().id)


def test_a_refusal_by_default_names_no_rule() -> None:
    refused = judge().decide(CONTACT._replace(standing=standing(Fact.NOTICED)))
    assert refused == Decision(allowed=False, rule=None, edition=edition().id)
    assert not refused


def test_no_is_the_zero_value() -> None:
    assert not Decision()


def test_a_refusal_by_a_rule_names_it() -> None:
    held = judge().decide(CONTACT._replace(standing=CONTACT.standing | {Fact.HELD}))
    assert (held.allowed, held.rule) == (False, "held-service")


def test_an_answer_is_remembered() -> None:
    asked = judge()
    assert asked.decide(CONTACT) is asked.decide(CONTACT)


def test_facts_that_no_rule_looks_at_do_not_make_another_question() -> None:
    asked = judge()
    more = CONTACT._replace(standing=CONTACT.standing | {Fact.SCREENED, Fact.LAWFUL, Fact.OPTED_OUT})
    assert asked.decide(more) is asked.decide(CONTACT)


def test_recipients_that_no_rule_can_tell_apart_share_their_answers() -> None:
    asked = judge()
    assert asked.decide(CONTACT._replace(recipient="employer-b")) is asked.decide(CONTACT)


def test_recipients_that_a_rule_tells_apart_do_not_share() -> None:
    one = another(rule("application-contact"), id="one", effect=Effect.DENY, recipient="employer-a", needs=())
    asked = judge(with_rules((*edition().rules, one)))
    assert asked.decide(CONTACT._replace(recipient="employer-b")).allowed
    assert asked.decide(CONTACT).rule == "one"


def test_a_later_stage_counts_as_the_earlier_ones_even_when_named_alone() -> None:
    hired = CONTACT._replace(standing=frozenset({Fact.NOTICED, Fact.CONSENTED, Fact.HIRED}))
    assert judge().decide(hired).rule == "application-contact"


def test_a_later_stage_alone_does_not_escape_a_refusal_on_an_earlier_one() -> None:
    early = another(rule("held-service"), id="early", needs=(Need(Fact.APPLIED),))
    hired = CONTACT._replace(standing=frozenset({Fact.NOTICED, Fact.CONSENTED, Fact.HIRED}))
    assert judge(with_rules((*edition().rules, early))).decide(hired).rule == "early"


def test_the_facts_of_a_context_are_those_its_rules_name() -> None:
    assert judge().facts("frontend", "read", "service.matching", "internal") == {
        *(Fact.NOTICED, Fact.HELD, Fact.ERASED, Fact.ABROAD, Fact.EQUIVALENT, Fact.ABROAD_INFORMED),
        *(Fact.DELEGATED, Fact.ENTRUSTED, Fact.IDENTIFYING, Fact.CONFIRMED),
    }
    assert judge().facts("user", "read", "service.account", "person") == {Fact.SELF, Fact.ERASED}


def test_the_facts_for_a_field_are_fewer() -> None:
    context = ("employer", "read", "service.application", "employer-a")
    assert Fact.SCREENED in judge().facts(*context)
    assert Fact.SCREENED not in judge().facts_for(*context, "User.email")
    assert Fact.INTERVIEW in judge().facts_for(*context, "User.email")


@pytest.mark.parametrize(
    "unknown", ["", "nobody", ANY, "none", "others", "service", "person", "employer", "-"]
)
@pytest.mark.parametrize("dimension", ["role", "action", "purpose", "field", "recipient"])
def test_a_name_that_nobody_can_bear_is_refused(dimension: str, unknown: str) -> None:
    assume = {"role": {"employer"}, "purpose": {"none"}, "recipient": {"person"}}
    wide = another(rule("account"), role=ANY, action=ANY, purpose=ANY, field=ANY, recipient=ANY, needs=())
    asked = judge(with_rules([wide]))
    question = CONTACT._replace(**{dimension: unknown})  # none is the standing
    assert bool(asked.decide(question)) is (unknown in assume.get(dimension, ()))


def test_a_blank_question_is_refused() -> None:
    assert judge().decide(Question("", "", "", "", "", standing())) == Decision(edition=edition().id)


def test_an_empty_policy_refuses_everything() -> None:
    empty = judge(with_rules([]))
    assert not empty.decide(CONTACT)
    assert not empty.decide(Question("", "", "", "", "", standing()))


def test_empty_needs_are_never_met() -> None:
    assert not met(standing(*Fact), "")
    assert met(standing(), "-")


def test_needs_that_are_no_facts_raise() -> None:
    with pytest.raises(ValueError, match="denny"):
        met(standing(), "denny")


def test_whatever_fails_in_the_matcher_is_a_no_and_not_remembered() -> None:
    broken = replace(edition(), model=edition().model.replace("met(", "mett("))
    asked = judge(broken)
    assert asked.decide(CONTACT) == Decision(edition=broken.id)
    assert not asked.explain(CONTACT).decision


def test_a_deny_wins_wherever_it_stands() -> None:
    deny = another(rule("application-contact"), id="never", effect=Effect.DENY, needs=())
    for rules in ((deny, *edition().rules), (*edition().rules, deny)):
        assert judge(with_rules(rules)).decide(CONTACT).rule == "never"


def test_of_several_rules_the_first_of_the_file_is_named() -> None:
    again = another(rule("application-contact"), id="again")
    assert judge(with_rules((*edition().rules, again))).decide(CONTACT).rule == "application-contact"
    assert judge(with_rules((again, *edition().rules))).decide(CONTACT).rule == "again"


def test_a_leaf_never_inherits_from_a_leaf() -> None:
    wide = another(rule("application-contact"), field="person", needs=())
    asked = judge(with_rules([wide]))
    assert asked.decide(CONTACT)
    assert not asked.decide(CONTACT._replace(purpose="service.eligibility"))


def test_a_leaf_inherits_from_its_parent() -> None:
    asked = judge(with_rules([another(rule("application-contact"), purpose="service")]))
    assert asked.decide(CONTACT._replace(purpose="service.eligibility"))
    assert not asked.decide(CONTACT._replace(purpose="promotion.newsletter"))


@pytest.mark.parametrize("role", Role)
def test_nobody_reads_a_field_that_is_not_yet_sorted(role: Role) -> None:
    fresh = Edition.of(edition().sheets(), edition().model, declared() | {"User.shoeSize": "unsorted"})
    asked = judge(fresh)
    everything = standing(*(set(Fact) - {Fact.ERASED, Fact.HELD, Fact.OPTED_OUT}))
    for purpose, recipient in product(fresh.purposes, (*RECIPIENTS, "internal", "person")):
        question = Question(role, Action.READ, purpose, "User.shoeSize", recipient, everything)
        assert asked.decide(question) == Decision(edition=fresh.id)


def test_a_recipient_in_an_unknown_group_is_refused() -> None:
    assert not Judge(edition(), {"employer-a": "employers"}).decide(CONTACT)


@pytest.mark.parametrize("name", ["employer", "third_party", "internal", "person", ANY, ""])
def test_a_recipient_cannot_take_the_name_of_a_group_it_is_not_in(name: str) -> None:
    registered = Judge(edition(), {name: "ad_network"})
    assert not registered.decide(CONTACT._replace(recipient=name))


def test_registering_a_recipient_as_internal_changes_nothing_inside() -> None:
    registered = Judge(edition(), {"internal": "ad_network", "person": "ad_network"})
    assert registered.decide(ask("frontend read service.account User.id internal", "noticed")).allowed


def test_a_recipient_may_bear_the_name_of_its_own_group() -> None:
    assert judge().decide(ask("authority read compliance.authority User.id authority", "lawful")).allowed


@pytest.mark.parametrize(
    ("line", "usable"),
    [
        ("employer service.application employer-a", True),
        ("employer service.application internal", False),
        ("employer promotion.newsletter employer-a", False),
        ("frontend service.account internal", True),
        ("frontend service.application internal", False),
        ("frontend promotion.ads internal", False),
        ("ad_network promotion.ads ad-network", False),
        ("analytics insight.analytics analytics", False),
        ("user service.account person", True),
        ("user compliance.requests person", True),
        ("user service.matching person", False),
        ("privacy_officer compliance.requests person", True),
        ("auditor compliance.security internal", True),
        ("auditor compliance.requests internal", False),
        ("policy_admin compliance.security internal", False),
        ("entrustee service.billing payment-processor", True),
        ("entrustee service.billing mail-sender", False),
        ("nobody service.account internal", False),
        ("frontend service internal", False),
        ("frontend service.account nobody", False),
    ],
)
def test_a_purpose_is_usable_where_a_rule_opens_more_than_a_door(line: str, *, usable: bool) -> None:
    assert judge().usable(*line.split()) is usable


def many(count: int) -> list[Rule]:
    """Rules spread over roles, purposes, recipients and fields, none of which allows anything real."""
    leaves = [purpose.id for purpose in edition().purposes.values() if not purpose.abstract]
    cells = list(product(Role, leaves, edition().groups, edition().fields))
    names = (cells[number * 7919 % len(cells)] for number in range(count))
    return [
        another(rule("account"), id=f"r{at}", role=role, purpose=purpose, recipient=group, field=field)
        for at, (role, purpose, group, field) in enumerate(names)
    ]


@pytest.mark.parametrize("count", [100, 10_000, 100_000])
def test_casbin_reads_only_the_rules_that_can_matter(count: int) -> None:
    asked = judge(with_rules([*edition().rules, *many(count)]))
    assert asked.decide(NUMBER).rule == "eligibility-identity"
    assert asked.rows(NUMBER) <= 7 + count // 2_000


def test_casbin_says_nothing_of_what_it_is_asked(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        judge().decide(CONTACT)
        judge().decide(CONTACT._replace(standing=standing()))
    assert caplog.records == []


@pytest.mark.parametrize(
    ("pycasbin", "frozen", "remedy"),
    [("2.8.0", "1.43.0", "uninstall both"), ("2.7.9", None, "2.8 or later"), (None, None, "2.8 or later")],
)
def test_another_casbin_is_refused(pycasbin: str | None, frozen: str | None, remedy: str) -> None:
    with pytest.raises(WrongCasbinError, match=remedy):
        refuse_wrong_casbin(pycasbin, frozen)


@pytest.mark.parametrize("pycasbin", ["2.8.0", "2.10.1", "3.0.0"])
def test_a_newer_casbin_is_taken(pycasbin: str) -> None:
    refuse_wrong_casbin(pycasbin, None)
