"""What a privacy officer reads of a change: who may do what more or less, when, in both languages."""

import pytest

from policies.drafts.edits import Edit
from policies.impact.change import Change
from policies.impact.impact import impact
from policies.impact.outcome import Direction
from tests.policies.editing import draft, new, row, without
from tests.policies.world import edition

Told = tuple[str, str, str]

NOTICED_EN = "the person was shown this purpose, or it was announced, before the data was acquired"
NOTICED_JA = "「この利用目的が取得前に本人へ示され、又は公表されている」に当た"
CONSENTED_JA = "「本人がこの目的と提供先に同意している」に当た"

DROPPED_INTERVIEW = row("rules", "application-contact", needs="noticed+consented")
ADDED_INTERVIEW = row("rules", "application-introduction", needs="noticed+consented+interview")
TRAINING = (
    new(
        "purposes",
        *("service.training", "service", "", "16", "", "2026-12-01"),
        *("研修をご案内するため", "To tell you about training", "公表", "announced"),
    ),
    new(
        "rules",
        *(
            "training-mail",
            "allow",
            "frontend",
            "read",
            "service.training",
            "User.email",
            "internal",
            "noticed",
        ),
        *("Clause 3(1)", "研修の案内", "Training"),
    ),
)
BIRTH = new(
    "rules",
    *("eligibility-birth", "allow", "employer", "read", "service.eligibility", "birth", "employer"),
    *("noticed+consented+offer-accepted", "Clause 7", "生年月日", "Date of birth"),
)

CASES: dict[str, tuple[tuple[Edit, ...], list[Told]]] = {
    "a fact is no longer needed": (
        (DROPPED_INTERVIEW,),
        [
            (
                "widens",
                "Employers may also read: Contact (`email`, `phone`) for `service.application` before the stage INTERVIEW; all else stays as it is",
                "求人企業は、`service.application`のために、面接段階より前でも、連絡先（`email`、`phone`）を読むことができるようになる（ほかの条件は従来どおり）",
            )
        ],
    ),
    "a fact is needed as well": (
        (ADDED_INTERVIEW,),
        [
            (
                "narrows",
                "Employers may no longer read: Introduction (`ageBand`, `id`, `initials`, `name.kana`, `name.kanji`, `name.roman`, `workEligibility`) for `service.application` before the stage INTERVIEW; all else stays as it is",
                "求人企業は、`service.application`のために、面接段階より前には、紹介情報（`ageBand`、`id`、`initials`、`name.kana`、`name.kanji`、`name.roman`、`workEligibility`）を読むことができなくなる（ほかの条件は従来どおり）",
            )
        ],
    ),
    "an earlier stage is enough": (
        (row("rules", "application-address", needs="noticed+consented+interview"),),
        [
            (
                "widens",
                "Employers may also read: Detailed address (`address.block`, `address.building`, `address.postalCode`, `address.town`) for `service.application` from the stage INTERVIEW until before OFFER_ACCEPTED; all else stays as it is",
                "求人企業は、`service.application`のために、面接段階以後、内定承諾段階より前でも、詳細な住所（`address.block`、`address.building`、`address.postalCode`、`address.town`）を読むことができるようになる（ほかの条件は従来どおり）",
            )
        ],
    ),
    "a rule is removed": (
        (without("rules", "newsletter-email"),),
        [
            (
                "narrows",
                "Our frontend may no longer read at all: `email` for `promotion.newsletter`, given to: Inside the company",
                "自社フロントエンドは、`promotion.newsletter`のために、提供先が「社内」のとき、`email`を読むことが一切できなくなる",
            )
        ],
    ),
    "an allow for a category": (
        (BIRTH,),
        [
            (
                "widens",
                f"Employers may also read: Date of birth (`birthDate`) for `service.eligibility`, when {NOTICED_EN}; and the person consents to this purpose and recipient, from the stage OFFER_ACCEPTED on; rules that refuse still win",
                f"求人企業は、`service.eligibility`のために、{NOTICED_JA}り、{CONSENTED_JA}り、内定承諾段階以後のとき、生年月日（`birthDate`）を読むことができるようになる（拒否の規則は引き続き優先する）",
            )
        ],
    ),
    "a deny is removed": (
        (without("rules", "opted-out-promotion"),),
        [
            (
                "widens",
                "Our frontend may also read: Member number (`id`) and `email` for `promotion.newsletter`, given to: Inside the company, when the person opted out; all else stays as it is",
                "自社フロントエンドは、`promotion.newsletter`のために、提供先が「社内」のとき、「本人が停止（オプトアウト）を選んでいる」に当たるときも、会員番号（`id`）及び`email`を読むことができるようになる（ほかの条件は従来どおり）",
            ),
            (
                "widens",
                "Entrustees may also read: Member number (`id`) and `email` for `promotion.newsletter`, given to: Mail senders, when the person opted out; all else stays as it is",
                "委託先は、`promotion.newsletter`のために、提供先が「メール配信会社」のとき、「本人が停止（オプトアウト）を選んでいる」に当たるときも、会員番号（`id`）及び`email`を読むことができるようになる（ほかの条件は従来どおり）",
            ),
        ],
    ),
    "a purpose is new": (
        TRAINING,
        [
            (
                "widens",
                "Those who may ask about people may also use: Looking up people (`Query.user`, `Query.users`) for `service.training`, whatever is true of the person",
                "個人情報を照会できる者は、`service.training`のために、本人の状況にかかわらず、会員の検索（`Query.user`、`Query.users`）を使うことができるようになる",
            ),
            (
                "widens",
                f"Our frontend may also read: `email` for `service.training`, given to: Inside the company, when {NOTICED_EN}; rules that refuse still win",
                f"自社フロントエンドは、`service.training`のために、提供先が「社内」のとき、{NOTICED_JA}るとき、`email`を読むことができるようになる（拒否の規則は引き続き優先する）",
            ),
            (
                "widens",
                'The purpose `service.training` "To tell you about training" is new, announced on 2026-12-01: operations may declare it',
                "利用目的`service.training`「研修をご案内するため」が新たに加わる（2026-12-01公表、この利用目的が宣言され得る）",
            ),
        ],
    ),
    "a category is moved": (
        (row("categories", "contact", parent="introduction"),),
        [
            (
                "widens",
                "Employers may also read: Contact (`email`, `phone`) for `service.application` before the stage INTERVIEW; all else stays as it is",
                "求人企業は、`service.application`のために、面接段階より前でも、連絡先（`email`、`phone`）を読むことができるようになる（ほかの条件は従来どおり）",
            ),
            (
                "widens",
                f"Employers may also read: Contact (`email`, `phone`) for `service.eligibility`, when {NOTICED_EN}; and the person consents to this purpose and recipient; rules that refuse still win",
                f"求人企業は、`service.eligibility`のために、{NOTICED_JA}り、{CONSENTED_JA}るとき、連絡先（`email`、`phone`）を読むことができるようになる（拒否の規則は引き続き優先する）",
            ),
            (
                "widens",
                "The category `contact` changes, parent `particulars` → `introduction`: consents, case files and scopes that name categories may reach other fields",
                "区分`contact`が変わる：parent `particulars` → `introduction`（区分を名指す同意・案件記録・スコープの及ぶ項目が変わり得る）",
            ),
            (
                "narrows",
                "Authorities may no longer read at all: Contact (`email`, `phone`) for `compliance.authority`",
                "行政機関・裁判所は、`compliance.authority`のために、連絡先（`email`、`phone`）を読むことが一切できなくなる",
            ),
        ],
    ),
    "a role counts as another": (
        (row("roles", "policy_approver", wider="staff+inspectors"),),
        [
            (
                "widens",
                "Policy approver may also read: Masked contact (`emailMasked`, `phoneMasked`), Registration (`registeredAt`, `version`), Member number (`id`), Initials (`initials`), The person's own access records (`accesses`) and `ageBand` for `compliance.security`, given to: Inside the company, whatever is true of the person; rules that refuse still win",
                "規則承認者は、`compliance.security`のために、提供先が「社内」のとき、本人の状況にかかわらず、一部を伏せた連絡先（`emailMasked`、`phoneMasked`）、登録日時（`registeredAt`、`version`）、会員番号（`id`）、イニシャル（`initials`）、本人のアクセス記録（`accesses`）及び`ageBand`を読むことができるようになる（拒否の規則は引き続き優先する）",
            ),
            (
                "widens",
                "Policy approver may also use: Ledger of accesses and provisions (`Query.accesses`, `Query.provisions`, `Query.receipts`, `Query.replayPeople`, `Query.transmissions`) and Case files (`Query.cases`) for `compliance.security`, given to: Inside the company, whatever is true of the person",
                "規則承認者は、`compliance.security`のために、提供先が「社内」のとき、本人の状況にかかわらず、アクセス・提供の記録（`Query.accesses`、`Query.provisions`、`Query.receipts`、`Query.replayPeople`、`Query.transmissions`）及び案件記録（`Query.cases`）を使うことができるようになる",
            ),
        ],
    ),
    "a role counts as another no longer": (
        (row("roles", "employer", wider="others"),),
        [
            (
                "narrows",
                "Employers may no longer use at all: Looking up people (`Query.user`, `Query.users`) for `service`, `compliance` and `promotion`",
                "求人企業は、`service`、`compliance`又は`promotion`のために、会員の検索（`Query.user`、`Query.users`）を使うことが一切できなくなる",
            )
        ],
    ),
}


def told(change: Change) -> Told:
    return change.direction, change.en, change.ja


@pytest.mark.parametrize("case", CASES)
def test_a_change_is_told_in_both_languages(case: str) -> None:
    edits, expected = CASES[case]
    assert [told(each) for each in impact(edition(), draft(*edits)).changes] == expected


def test_where_one_of_several_lists_of_facts_is_enough_each_is_told() -> None:
    edits = (row("rules", "abroad", needs="abroad"), row("rules", "equivalent", needs="equivalent"))
    changes = impact(edition(), draft(*edits)).changes
    (change,) = (
        each for each in changes if (each.roles, each.purposes) == (("frontend",), ("promotion.newsletter",))
    )
    assert change.when == ("equivalent", "abroad")
    assert change.en == (
        "Our frontend may no longer read: Member number (`id`) and `email` for `promotion.newsletter`, given to: Inside the company,"
        " when the recipient abroad is relied on for its equivalent system, or when the recipient is abroad; all else stays as it is"
    )
    assert change.ja == (
        "自社フロントエンドは、`promotion.newsletter`のために、提供先が「社内」のとき、「外国にある提供先の相当措置を根拠としている」に当たるとき、"
        "又は「提供先が外国にある」に当たるときは、会員番号（`id`）及び`email`を読むことができなくなる（ほかの条件は従来どおり）"
    )


def test_what_anybody_may_is_told_of_anybody_and_of_no_recipient() -> None:
    before = draft(without("rules", "introspect"))
    (change,) = impact(before, edition()).changes
    assert (
        change.en == "Anybody may also use: Introspection (`Query.__schema`), whatever is true of the person"
    )
    assert (
        change.ja
        == "だれでも、本人の状況にかかわらず、スキーマの参照（`Query.__schema`）を使うことができるようになる"
    )


def test_many_fields_are_counted() -> None:
    (change,) = impact(edition(), draft(without("rules", "account"))).changes
    assert change.direction is Direction.NARROWS
    assert change.en == (
        "Our frontend may no longer read at all: Registered profile (31 fields) for `service.account`, given to: Inside the company"
    )
    assert len(change.fields) == 31
