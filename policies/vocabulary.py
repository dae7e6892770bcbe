"""The vocabulary: every word a rule may be made of that is fixed in code."""

from enum import StrEnum
from typing import Final, Self, TypeAlias

ANY: Final = "any"
"""In a rule: whatever the question names here."""

NONE_PURPOSE: Final = "none"
"""The purpose of an operation without personal data; nobody can declare it."""

NO_NEEDS: Final = "-"
"""In a rule: no fact is needed."""

OTHERS: Final = "others"
"""The wider role that holds every role but `user`, so that no role escapes a refusal."""

PERSON: Final = "person"
"""The category that holds all personal data, so that no field of it escapes a refusal."""

UNSORTED: Final = "unsorted"
"""The category of a new field, which no rule names."""

FREE_TEXT: Final = "form-text"
"""The category of answers in the person's own words."""

DOORS: Final = "doors"
"""The category of doors to personal data; opening one is no use of it, as each field is decided by itself."""


class Role(StrEnum):
    """What a requester is; one per token."""

    USER = "user"
    FRONTEND = "frontend"
    EMPLOYER = "employer"
    SUPPORT_ORG = "support_org"
    ENTRUSTEE = "entrustee"
    AD_NETWORK = "ad_network"
    ANALYTICS = "analytics"
    AUTHORITY = "authority"
    PRIVACY_OFFICER = "privacy_officer"
    POLICY_ADMIN = "policy_admin"
    POLICY_APPROVER = "policy_approver"
    AUDITOR = "auditor"


class Action(StrEnum):
    """What is done with a field; `invoke` is for mutations, registers and doors, `transmit` for a browser's events."""

    READ = "read"
    COLLECT = "collect"
    CORRECT = "correct"
    ERASE = "erase"
    INVOKE = "invoke"
    TRANSMIT = "transmit"


class Effect(StrEnum):
    """What a rule says when it matches; a deny wins over every allow."""

    ALLOW = "allow"
    DENY = "deny"


class Fact(StrEnum):
    """One event that is true of a user for a purpose and a recipient now; never a verdict.

    Each is told in Japanese and English as a clause that can be true or not.
    """

    ja: str
    en: str

    def __new__(cls, value: str, ja: str = "", en: str = "") -> Self:
        """A fact with its two texts."""
        fact = str.__new__(cls, value)
        fact._value_ = value
        fact.ja = ja
        fact.en = en
        return fact

    NOTICED = (
        "noticed",
        "この利用目的が取得前に本人へ示され、又は公表されている",
        "the person was shown this purpose, or it was announced, before the data was acquired",
    )
    CONSENTED = (
        "consented",
        "本人がこの目的と提供先に同意している",
        "the person consents to this purpose and recipient",
    )
    OPTED_OUT = "opted-out", "本人が停止（オプトアウト）を選んでいる", "the person opted out"
    HELD = "held", "利用が停止されている", "use is suspended"
    ERASED = "erased", "本人のデータが消去済みである", "the person's data was erased"
    SELF = "self", "本人自身による請求である", "the one who asks is the person described"
    APPLIED = "applied", "この求人企業に応募している", "the person applied to this employer"
    INTERVIEW = "interview", "選考が面接段階に達している", "the application reached the interview"
    OFFER_ACCEPTED = "offer-accepted", "内定が承諾されている", "the offer was accepted"
    HIRED = "hired", "採用されている", "the person was hired"
    ABROAD = "abroad", "提供先が外国にある", "the recipient is abroad"
    ABROAD_INFORMED = (
        "abroad-informed",
        "外国にある提供先についての情報が同意前に本人へ提供されている",
        "the person was told about the country and its protection before consenting",
    )
    EQUIVALENT = (
        "equivalent",
        "外国にある提供先の相当措置を根拠としている",
        "the recipient abroad is relied on for its equivalent system",
    )
    DELEGATED = "delegated", "提供先が当社の委託先である", "the recipient works on the company's behalf"
    ENTRUSTED = (
        "entrusted",
        "この目的の委託契約が有効で、監督も期限内に行われている",
        "a contract entrusts this purpose to the recipient, and it was supervised in time",
    )
    SUCCEEDED = (
        "succeeded",
        "事業の承継に伴い、この目的のデータを提供先が引き継いでいる",
        "the business went over to the recipient with this purpose",
    )
    JOINTLY_USED = (
        "jointly-used",
        "この目的の共同利用について、五つの事項が公表されている",
        "joint use for this purpose was announced with its five matters",
    )
    IDENTIFYING = (
        "identifying",
        "提供先が個人データとして取得することが想定される",
        "the recipient is expected to take this as data about a person it knows",
    )
    CONFIRMED = (
        "confirmed",
        "提供先が個人データとして取得することへの本人の同意が確認されている",
        "it was confirmed that people consent to the recipient's taking it as data about them",
    )
    SCREENED = "screened", "自由記述の確認が済んでいる", "no text answer of the person awaits screening"
    LAWFUL = (
        "lawful",
        "法第27条第1項各号の根拠を備えた案件記録がある",
        "a complete case file under Art 27(1) names this",
    )
    TRANSMISSION_ANNOUNCED = (
        "transmission-announced",
        "この項目の外部送信について、送信する情報・送信先・利用目的が日本語で公表されている",
        "what is sent, who receives it and what for was announced in Japanese for this item",
    )
    LOCATED = (
        "located",
        "位置情報の利用が端末で許可されている",
        "the device was allowed to tell its location",
    )
    GROUPED = (
        "grouped",
        "同じ属性の組合せを持つ端末が十以上ある",
        "ten browsers or more share these attributes",
    )


Standing: TypeAlias = frozenset[Fact]
"""The facts that are true of one user, for one purpose and recipient."""

STAGES: Final[tuple[Fact, ...]] = (Fact.APPLIED, Fact.INTERVIEW, Fact.OFFER_ACCEPTED, Fact.HIRED)
"""The stages of an application in order; each implies those before it."""


def standing(*facts: Fact) -> Standing:
    """These facts and all they imply."""
    reached = max((STAGES.index(fact) for fact in facts if fact in STAGES), default=-1)
    return frozenset(facts) | frozenset(STAGES[: reached + 1])


def implying(facts: Standing) -> Standing:
    """These facts and all that would imply one of them."""
    first = min((STAGES.index(fact) for fact in facts if fact in STAGES), default=len(STAGES))
    return facts | frozenset(STAGES[first:])
