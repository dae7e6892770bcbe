"""The user: the customer the data is about, with every field of personal data declared once."""

from functools import partial
from secrets import token_hex

from tortoise import fields

from models.personal import personal, system
from models.sealing.sealed import AnswersField, MarkField, SealedRecord


def new_version() -> str:
    """A version that no record had before."""
    return token_hex(8)


_registration = partial(personal, category="registration", tier=1, clause="2 (other)")
_name = partial(personal, category="name", tier=2, clause="2 (other)")
_address = partial(personal, category="address", tier=2, clause="2 (street address)")
_area = partial(personal, category="area", clause="2 (street address)")
_card = partial(personal, clause="2 (residence card)")
_validity = partial(_card, category="card-validity", tier=2)
"""What several columns share with one another."""


class User(SealedRecord):
    """A person who registered (本人). Each column is declared personal, with its category, or of the system."""

    id = personal(
        fields.CharField(max_length=26, primary_key=True),
        "User.id",
        category="identifier",
        tier=1,
        clause="2",
        ja="会員番号",
        en="The user's random number; it tells nothing, not even time",
    )
    ref = system(fields.BigIntField(unique=True))
    shown = system(fields.BigIntField(default=0))
    marks = system(fields.SmallIntField(default=0))
    stay_pending = system(fields.BooleanField(default=False))
    version = _registration(
        fields.CharField(max_length=16, default=new_version),
        "User.version",
        ja="登録情報の版",
        en="The version of the record, another one after each change; it tells nothing else",
    )
    registered_at = _registration(
        fields.DatetimeField(),
        "User.registeredAt",
        ja="登録日時",
        en="When the user registered",
    )
    name_roman = _name(
        fields.CharField(max_length=200, null=True),
        "User.name.roman",
        ja="氏名（ローマ字）",
        en="Name in Roman letters, as on the residence card",
    )
    name_kanji = _name(
        fields.CharField(max_length=200, null=True),
        "User.name.kanji",
        ja="氏名（漢字）",
        en="Name in kanji, if there is one",
    )
    name_kana = _name(
        fields.CharField(max_length=200, null=True),
        "User.name.kana",
        ja="氏名（カナ）",
        en="Name in full-width katakana",
    )
    email = personal(
        fields.CharField(max_length=254, null=True, unique=True),
        "User.email",
        category="contact",
        tier=2,
        clause="2 (email address)",
        ja="メールアドレス",
        en="E-mail address",
    )
    phone = personal(
        fields.CharField(max_length=16, null=True, db_index=True),
        "User.phone",
        category="contact",
        tier=2,
        clause="2 (phone number)",
        ja="電話番号",
        en="Telephone number in E.164 form, such as +819012345678",
    )
    birth_date = personal(
        fields.DateField(null=True),
        "User.birthDate",
        category="birth",
        tier=2,
        clause="2 (date of birth)",
        ja="生年月日",
        en="Date of birth",
    )
    postal_code = _address(
        fields.CharField(max_length=8, null=True),
        "User.address.postalCode",
        ja="郵便番号",
        en="Postal code, NNN-NNNN",
    )
    prefecture = _area(
        fields.CharField(max_length=5, null=True),
        "User.address.prefecture",
        tier=1,
        ja="都道府県",
        en="Prefecture as ISO 3166-2, JP-01 to JP-47",
    )
    city = _area(
        fields.CharField(max_length=100, null=True),
        "User.address.city",
        tier=2,
        ja="市区町村",
        en="City, ward, town or village",
    )
    town = _address(
        fields.CharField(max_length=100, null=True),
        "User.address.town",
        ja="町域",
        en="Part of town",
    )
    block = _address(
        fields.CharField(max_length=100, null=True),
        "User.address.block",
        ja="丁目・番地",
        en="Block and house number",
    )
    building = _address(
        fields.CharField(max_length=200, null=True),
        "User.address.building",
        ja="建物名・部屋番号",
        en="Building and room",
    )
    card_number = _card(
        fields.CharField(max_length=12, null=True),
        "User.residenceCard.number",
        category="card-number",
        tier=3,
        ja="在留カード番号",
        en="Residence card number, an individual identification code (APPI Rule 4(iv)); new at every issue",
    )
    card_status = _card(
        fields.CharField(max_length=60, null=True),
        "User.residenceCard.status",
        category="card-status",
        tier=2,
        ja="在留資格",
        en="Status of residence",
    )
    card_work_restriction = _card(
        fields.CharField(max_length=20, null=True),
        "User.residenceCard.workRestriction",
        category="card-status",
        tier=2,
        ja="就労制限の有無",
        en="Restriction on work: NONE, BY_STATUS, DESIGNATED or NOT_PERMITTED",
    )
    card_other_activity = _card(
        fields.CharField(max_length=40, null=True),
        "User.residenceCard.otherActivity",
        category="card-status",
        tier=2,
        ja="資格外活動許可",
        en="Permission for other activity: NONE or PERMITTED_28_HOURS",
    )
    card_period_of_stay = _validity(
        fields.CharField(max_length=20, null=True),
        "User.residenceCard.periodOfStay",
        ja="在留期間",
        en="Period of stay as an ISO 8601 duration, or INDEFINITE",
    )
    card_stay_expires_on = _validity(
        fields.DateField(null=True),
        "User.residenceCard.stayExpiresOn",
        ja="在留期間満了日",
        en="Last day of the stay",
    )
    card_valid_until = _validity(
        fields.DateField(null=True),
        "User.residenceCard.validUntil",
        ja="カードの有効期限",
        en="Last day the card is valid",
    )
    card_issued_on = _validity(
        fields.DateField(null=True),
        "User.residenceCard.issuedOn",
        ja="交付年月日",
        en="Day the card was issued",
    )
    card_nationality = _card(
        fields.CharField(max_length=2, null=True),
        "User.residenceCard.nationality",
        category="card-person",
        tier=3,
        ja="国籍・地域",
        en="Nationality or region as ISO 3166-1 alpha-2",
    )
    card_nationality_mark = system(MarkField("card_nationality"))
    card_sex = _card(
        fields.CharField(max_length=1, null=True),
        "User.residenceCard.sex",
        category="card-person",
        tier=3,
        ja="性別",
        en="Sex as printed on the card: F or M",
    )
    answers: dict[str, object] = system(AnswersField(default=dict))

    class Meta:
        """Where it is kept."""

        table = "users"
