"""What is made of a user's columns or kept in a register of its own, declared as fields like any other."""

from functools import partial

from models import derived
from models.personal import Kind, Personal

_derived = partial(Personal, tier=1, clause="2 (derived)")

DERIVED = (
    _derived(
        path="User.initials",
        category="initials",
        ja="イニシャル",
        en="Initials of the name in Roman letters",
        columns=("name_roman",),
        derive=derived.initials,
    ),
    _derived(
        path="User.emailMasked",
        category="masked",
        ja="メールアドレス（一部）",
        en="E-mail address with the name hidden",
        columns=("email",),
        derive=derived.email_masked,
    ),
    _derived(
        path="User.phoneMasked",
        category="masked",
        ja="電話番号（下2桁）",
        en="Telephone number with all but two digits hidden",
        columns=("phone",),
        derive=derived.phone_masked,
    ),
    _derived(
        path="User.ageBand",
        category="band",
        ja="年齢層",
        en="Band of ages: " + ", ".join(name for name, _ in derived.BANDS),
        columns=("birth_date",),
        derive=derived.age_band,
    ),
    _derived(
        path="User.workEligibility",
        category="band",
        ja="就労可否",
        en="Whether the card allows work now",
        kind=Kind.ELIGIBILITY,
        columns=("card_work_restriction", "card_other_activity", "card_stay_expires_on", "stay_pending"),
        derive=derived.work_eligibility,
    ),
)

REGISTERS = (
    Personal(
        path="User.consents",
        category="consent",
        tier=2,
        clause="7",
        ja="同意の記録",
        en="What the user agreed to, and what was withdrawn",
        kind=Kind.CONSENT,
    ),
    Personal(
        path="User.notices",
        category="consent",
        tier=2,
        clause="5",
        ja="示した利用目的",
        en="The notices of purposes that were shown to the user",
        kind=Kind.NOTICE,
    ),
    Personal(
        path="User.history",
        category="history",
        tier=3,
        clause="8",
        ja="訂正の履歴",
        en="What was changed in the user's record: what stood there, what stands there, who, when and why",
        kind=Kind.CHANGE,
    ),
    Personal(
        path="User.accesses",
        category="ledger",
        tier=2,
        clause="8",
        ja="利用・提供の記録",
        en="Who saw what of the user, and why",
        kind=Kind.ACCESS,
    ),
)
