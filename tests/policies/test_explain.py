"""The explanation: the rule, the clause, the reason and the nearest rules, in both languages."""

import pytest

from policies.edition import Edition
from policies.judging.explanation import Explanation, Reason
from policies.judging.judge import Judge
from policies.judging.near_miss import Audience, Dimension
from policies.vocabulary import Fact
from tests.policies.world import ask, declared, edition, judge

JUDGE = judge()
EMPLOYER = "employer read service.eligibility User.residenceCard.number employer-a"


def explain(line: str, true: str = "-") -> Explanation:
    return JUDGE.explain(ask(line, true))


def test_an_allowed_question_is_explained_by_its_rule() -> None:
    told = explain(EMPLOYER, "noticed+consented+hired")
    assert told.decision
    assert told.rule == edition().rule("eligibility-identity")
    assert told.clause == "Clause 7; APPI Art 27(1); Labour Measures Act Art 28"
    assert (told.nearest, told.reason) == ((), None)


def test_a_stage_too_early_names_the_missing_stage_and_the_rule() -> None:
    told = explain(EMPLOYER, "noticed+consented+interview")
    assert (told.reason, told.decision.rule) == (Reason.STAGE_TOO_EARLY, None)
    assert told.rule == edition().rule("eligibility-identity")
    assert (told.nearest[0].failed, told.nearest[0].missing) == (Dimension.FACTS, ("offer-accepted",))


@pytest.mark.parametrize(
    ("line", "true", "reason"),
    [
        (EMPLOYER, "noticed+consented+applied", Reason.STAGE_TOO_EARLY),
        (EMPLOYER, "hired+consented", Reason.BEYOND_PURPOSE),
        (EMPLOYER, "hired+noticed", Reason.NO_BASIS),
        (EMPLOYER, "hired", Reason.BEYOND_PURPOSE),
        (EMPLOYER, "-", Reason.STAGE_TOO_EARLY),
        (EMPLOYER, "noticed+consented+hired+held", Reason.SUSPENDED),
        (EMPLOYER, "noticed+consented+hired+erased", Reason.ERASED),
        (EMPLOYER, "noticed+consented+hired+abroad", Reason.FOREIGN_INFO_MISSING),
        (
            "frontend read promotion.newsletter User.email internal",
            "noticed+consented+opted-out",
            Reason.OPTED_OUT,
        ),
        (
            "employer read service.application User.answers.selfIntroduction employer-a",
            "noticed+consented",
            Reason.NOT_SCREENED,
        ),
        ("authority read compliance.authority User.id authority", "-", Reason.EXCEPTION_INCOMPLETE),
        ("user read service.account User.id person", "-", Reason.NOT_SELF),
        ("frontend read service.matching User.phone internal", "noticed", Reason.FIELD_NOT_NECESSARY),
        ("frontend read service.matching User.phone internal", "-", Reason.FIELD_NOT_NECESSARY),
        (
            "privacy_officer read compliance.requests User.residenceCard.number internal",
            "-",
            Reason.FIELD_NOT_NECESSARY,
        ),
        ("employer read promotion.newsletter User.email employer-a", "noticed", Reason.ROLE_NOT_ALLOWED),
        ("ad_network read promotion.ads User.id ad-network", "noticed", Reason.ROLE_NOT_ALLOWED),
        (
            "employer invoke service.application Mutation.recordConsent employer-a",
            "-",
            Reason.ROLE_NOT_ALLOWED,
        ),
        ("frontend invoke none Query.recipients internal", "-", Reason.ROLE_NOT_ALLOWED),
        ("nobody read service.account User.id internal", "noticed", Reason.ROLE_NOT_ALLOWED),
        ("frontend read service.account User.shoeSize internal", "noticed", Reason.FIELD_UNKNOWN),
    ],
)
def test_a_refusal_has_the_reason_of_the_first_step_that_failed(line: str, true: str, reason: Reason) -> None:
    told = explain(line, true)
    assert not told.decision
    assert told.reason is reason


@pytest.mark.parametrize(
    ("line", "failed"),
    [
        ("auditor read compliance.security User.initials person", (Dimension.RECIPIENT,)),
        ("privacy_officer read compliance.requests User.id employer-a", (Dimension.RECIPIENT,)),
        ("frontend invoke service.account Mutation.recordConsent person", (Dimension.RECIPIENT,)),
        ("user read service.account User.id internal", (Dimension.FACTS, Dimension.RECIPIENT)),
        ("user read compliance.security User.id employer-a", (Dimension.RECIPIENT, Dimension.ROLE)),
    ],
)
def test_where_the_nearest_rule_serves_another_recipient_the_reason_says_so(
    line: str, failed: tuple[Dimension, ...]
) -> None:
    told = explain(line)
    near = told.nearest[0]
    assert tuple(each.dimension for each in near.failures) == failed
    assert told.reason is Reason.RECIPIENT_NOT_ALLOWED


def test_a_refusal_by_a_rule_comes_first_and_names_the_fact() -> None:
    told = explain(EMPLOYER, "noticed+consented+hired+held")
    assert told.rule == edition().rule("held-service")
    assert [(miss.rule, miss.failed, miss.matched, miss.missing) for miss in told.nearest] == [
        ("held-service", Dimension.FACTS, ("held",), ())
    ]


def test_a_refusal_by_a_rule_still_tells_what_else_is_missing() -> None:
    told = explain(EMPLOYER, "noticed+hired+held")
    assert [miss.rule for miss in told.nearest][:2] == ["held-service", "eligibility-identity"]
    assert told.nearest[1].missing == ("consented",)
    assert told.reason is Reason.SUSPENDED


def test_a_fact_that_must_be_absent_is_told_with_its_mark() -> None:
    told = explain(EMPLOYER, "noticed+consented+hired+abroad")
    assert told.nearest[0].matched == ("abroad", "!abroad-informed")


@pytest.mark.parametrize(
    ("line", "true", "failed", "rule", "missing"),
    [
        (
            "frontend read service.matching User.phone internal",
            "noticed",
            Dimension.PURPOSE,
            "account",
            "service.account",
        ),
        (
            "privacy_officer read compliance.security User.phone internal",
            "-",
            Dimension.PURPOSE,
            "requests",
            "",
        ),
        (
            "auditor read compliance.security User.initials person",
            "-",
            Dimension.RECIPIENT,
            "security-initials",
            "internal",
        ),
        (
            "policy_admin read compliance.security User.initials internal",
            "-",
            Dimension.ROLE,
            "security-initials",
            "inspectors",
        ),
        (
            "frontend read promotion.newsletter User.phone internal",
            "noticed+consented",
            Dimension.FIELD,
            "newsletter-identifier",
            "identifier",
        ),
        (
            "frontend invoke none Query.recipients internal",
            "-",
            Dimension.ROLE,
            "register-recipients",
            "staff",
        ),
    ],
)
def test_a_near_miss_names_the_dimension_that_failed(
    line: str, true: str, failed: Dimension, rule: str, missing: str
) -> None:
    found = [(miss.failed, miss.rule) for miss in explain(line, true).nearest]
    assert (failed, rule) in found
    miss = next(miss for miss in explain(line, true).nearest if (miss.failed, miss.rule) == (failed, rule))
    assert missing in {"", *miss.missing}


def test_near_misses_come_in_the_order_facts_purpose_recipient_role_field() -> None:
    told = explain("frontend read promotion.newsletter User.email internal", "noticed")
    order = [list(Dimension).index(miss.failed) for miss in told.nearest]
    assert order == sorted(order)
    assert {miss.failed for miss in told.nearest} >= {Dimension.FACTS, Dimension.PURPOSE}


def test_inside_a_dimension_near_misses_that_are_as_near_come_in_the_order_of_the_file() -> None:
    told = explain("support_org read service.support User.answers.education support-org", "noticed+consented")
    fields = [miss.rule for miss in told.nearest if miss.failed is Dimension.FIELD]
    assert fields == ["support-introduction", "support-particulars", "support-card"]


def test_where_no_rule_fails_in_one_dimension_all_that_failed_of_the_nearest_is_named() -> None:
    told = explain("employer read service.support User.email employer-a", "noticed")
    (miss,) = told.nearest
    assert (miss.rule, miss.failed, miss.missing) == (
        "application-contact",
        Dimension.FACTS,
        ("consented", "interview"),
    )
    assert [(each.dimension, each.missing) for each in miss.also] == [
        (Dimension.PURPOSE, ("service.application",))
    ]
    assert (told.reason, told.rule) == (Reason.ROLE_NOT_ALLOWED, edition().rule("application-contact"))
    assert miss.text("en", Audience.DEVELOPER) == (
        "`application-contact`: allow, needs `noticed+consented+interview`;"
        " FACTS missing: `consented, interview`; PURPOSE missing: `service.application`"
    )
    assert miss.text("en").endswith(
        "this is not the case: the person consents to this purpose and recipient; the application reached the interview;"
        " and it serves another purpose: To pass your application to the employer you applied to, and to contact you"
        " about the selection"
    )
    assert miss.text("ja").endswith(
        "次の条件が満たされていません：「本人がこの目的と提供先に同意している」、「選考が面接段階に達している」。"
        "また、利用目的が「ご応募いただいた求人企業へ応募情報を提供し、選考の連絡を行うため」である場合に限られます"
    )


def test_two_names_that_do_not_fit_are_both_named_and_the_nearest_rules_alone() -> None:
    told = explain("auditor read service.account User.email employer-a", "noticed")
    (miss,) = told.nearest
    assert (miss.rule, miss.failed, miss.missing) == ("account", Dimension.RECIPIENT, ("internal",))
    assert [(each.dimension, each.missing) for each in miss.also] == [(Dimension.ROLE, ("frontend",))]


def test_the_action_is_never_relaxed() -> None:
    told = explain("frontend erase service.account User.phone internal", "noticed")
    assert (told.nearest, told.rule, told.clause) == ((), None, None)


def test_an_unknown_name_has_no_near_miss() -> None:
    assert explain("frontend read service.account User.shoeSize internal", "noticed").nearest == ()


STAGE = (
    (
        "規則「eligibility-identity」は「在留カード番号・国籍・性別は内定承諾後に渡す」と定めますが、"
        "次の条件が満たされていません：「内定が承諾されている」"
    ),
    "the rule `eligibility-identity` would allow it, but this is not the case: the offer was accepted",
)
HELD = (
    (
        "「利用が停止されている」に当たるため、規則「held-service」"
        "（利用停止中は、本人以外はサービスのために使わない）により認められません"
    ),
    (
        "the rule `held-service` refuses it because use is suspended: "
        "While use is suspended, nobody but the person uses the data for the service"
    ),
)
ABROAD = (
    (
        "「提供先が外国にある」に当たり、"
        "「外国にある提供先についての情報が同意前に本人へ提供されている」に当たらないため、"
        "規則「abroad」"
        "（外国の提供先へは、その国の制度等を本人に知らせる前には出さない）により認められません"
    ),
    (
        "the rule `abroad` refuses it because the recipient is abroad and it is not so that "
        "the person was told about the country and its protection before consenting: "
        "Nothing goes to a recipient abroad before the person was told about the country and its protection"
    ),
)


@pytest.mark.parametrize(
    ("true", "told"),
    [
        ("noticed+consented", STAGE),
        ("noticed+consented+hired+held", HELD),
        ("noticed+consented+hired+abroad", ABROAD),
    ],
)
def test_a_near_miss_is_told_in_both_languages(true: str, told: tuple[str, str]) -> None:
    miss = explain(EMPLOYER, true).nearest[0]
    assert (miss.text("ja"), miss.text("en")) == told


def test_a_refusal_without_facts_is_told_too() -> None:
    told = explain("privacy_officer read compliance.requests User.residenceCard.number internal")
    assert told.nearest[0].text("en") == (
        "the rule `requests-number-internal` refuses it: "
        "Even when answering a request, the card number is shown only to the person"
    )
    assert told.nearest[0].text("ja") == (
        "規則「requests-number-internal」（開示の対応でも、在留カード番号は本人に渡すときだけ）により認められません"
    )


def test_names_are_told_by_their_labels_to_an_officer_and_as_they_are_to_a_developer() -> None:
    told = explain("frontend read service.matching User.phone internal", "noticed")
    miss = next(each for each in told.nearest if each.failed is Dimension.PURPOSE)
    assert miss.text("ja").endswith(
        "利用目的が「会員登録、本人認証及び登録情報の管理のため」である場合に限られます"
    )
    assert miss.text("en", Audience.DEVELOPER) == (
        "`account`: allow, needs `noticed`; PURPOSE missing: `service.account`"
    )
    assert miss.text("ja", Audience.DEVELOPER) == (
        "`account`：allow、needsは`noticed`、PURPOSEの不足は`service.account`"
    )


def test_the_whole_answer_is_told_to_both() -> None:
    told = explain(EMPLOYER, "noticed+consented+hired+held")
    assert told.text("en") == HELD[1]
    assert told.text("ja", Audience.DEVELOPER).startswith(
        "deny SUSPENDED。`held-service`：deny、needsは`held`、FACTSの該当は`held`"
    )
    allowed = explain(EMPLOYER, "noticed+consented+hired")
    assert allowed.text("ja") == (
        "規則「eligibility-identity」（在留カード番号・国籍・性別は内定承諾後に渡す）により認められます。"
        "根拠：Clause 7; APPI Art 27(1); Labour Measures Act Art 28"
    )
    assert allowed.text("en", Audience.DEVELOPER) == (
        "allow `eligibility-identity` needs `noticed+consented+offer-accepted`"
    )
    nobody = explain("frontend erase service.account User.phone internal", "noticed")
    assert nobody.text("ja") == "認める規則も、それに近い規則もありません"


def test_japanese_prevails_where_the_language_is_unknown() -> None:
    miss = explain(EMPLOYER).nearest[0]
    assert miss.text("fr") == miss.text("ja")


def test_the_nearest_rules_of_a_dimension_are_told_and_not_the_first_of_the_file() -> None:
    told = explain(
        "employer read service.application User.residenceCard.status employer-a", "noticed+consented"
    )
    assert [each.rule for each in told.nearest if each.failed is Dimension.PURPOSE] == ["eligibility-terms"]
    fields = [each.rule for each in told.nearest if each.failed is Dimension.FIELD]
    assert len(fields) == 3
    file = [rule.id for rule in edition().rules]
    assert file.index("matching-form") > file.index("matching-band")
    told = explain("frontend read service.matching User.answers.selfIntroduction internal", "noticed")
    assert next(each.rule for each in told.nearest if each.failed is Dimension.FIELD) == "matching-form"


def test_a_field_in_no_category_is_told_as_such_and_not_by_rules_for_others() -> None:
    fresh = Edition.of(edition().sheets(), edition().model, declared() | {"User.shoeSize": "unsorted"})
    told = Judge(fresh).explain(ask("frontend read service.account User.shoeSize internal", "noticed"))
    assert (told.reason, told.rule, told.nearest) == (Reason.FIELD_UNSORTED, None, ())
    told = Judge(fresh).explain(ask("user read service.account User.shoeSize person", "self"))
    assert (told.reason, told.rule) == (Reason.FIELD_UNSORTED, None)


@pytest.mark.parametrize("fact", Fact)
def test_every_fact_is_told_in_both_languages(fact: Fact) -> None:
    assert fact.ja
    assert fact.en
    assert Fact(fact.value) is fact
