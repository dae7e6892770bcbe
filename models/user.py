"""The user: the customer the data is about, with every field of personal data declared once."""

from secrets import token_hex

from tortoise import fields

from models.personal import personal, system
from models.sealed import AnswersField, MarkField, SealedRecord


def new_version() -> str:
    """A version that no record had before."""
    return token_hex(8)


_CARD = "2 (residence card)"


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
    version = personal(
        fields.CharField(max_length=16, default=new_version),
        "User.version",
        category="registration",
        tier=1,
        clause="2 (other)",
        ja="登録情報の版",
        en="The version of the record, another one after each change; it tells nothing else",
    )
    registered_at = personal(
        fields.DatetimeField(),
        "User.registeredAt",
        category="registration",
        tier=1,
        clause="2 (other)",
        ja="登録日時",
        en="When the user registered",
    )
    name_roman = personal(
        fields.CharField(max_length=200, null=True),
        "User.name.roman",
        category="name",
        tier=2,
        clause="2 (other)",
        ja="氏名（ローマ字）",
        en="Name in Roman letters, as on the residence card",
    )
    name_kanji = personal(
        fields.CharField(max_length=200, null=True),
        "User.name.kanji",
        category="name",
        tier=2,
        clause="2 (other)",
        ja="氏名（漢字）",
        en="Name in kanji, if there is one",
    )
    name_kana = personal(
        fields.CharField(max_length=200, null=True),
        "User.name.kana",
        category="name",
        tier=2,
        clause="2 (other)",
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
    postal_code = personal(
        fields.CharField(max_length=8, null=True),
        "User.address.postalCode",
        category="address",
        tier=2,
        clause="2 (street address)",
        ja="郵便番号",
        en="Postal code, NNN-NNNN",
    )
    prefecture = personal(
        fields.CharField(max_length=5, null=True),
        "User.address.prefecture",
        category="area",
        tier=1,
        clause="2 (street address)",
        ja="都道府県",
        en="Prefecture as ISO 3166-2, JP-01 to JP-47",
    )
    city = personal(
        fields.CharField(max_length=100, null=True),
        "User.address.city",
        category="area",
        tier=2,
        clause="2 (street address)",
        ja="市区町村",
        en="City, ward, town or village",
    )
    town = personal(
        fields.CharField(max_length=100, null=True),
        "User.address.town",
        category="address",
        tier=2,
        clause="2 (street address)",
        ja="町域",
        en="Part of town",
    )
    block = personal(
        fields.CharField(max_length=100, null=True),
        "User.address.block",
        category="address",
        tier=2,
        clause="2 (street address)",
        ja="丁目・番地",
        en="Block and house number",
    )
    building = personal(
        fields.CharField(max_length=200, null=True),
        "User.address.building",
        category="address",
        tier=2,
        clause="2 (street address)",
        ja="建物名・部屋番号",
        en="Building and room",
    )
    card_number = personal(
        fields.CharField(max_length=12, null=True),
        "User.residenceCard.number",
        category="card-number",
        tier=3,
        clause=_CARD,
        ja="在留カード番号",
        en="Residence card number, an individual identification code (APPI Rule 4(iv)); new at every issue",
    )
    card_status = personal(
        fields.CharField(max_length=60, null=True),
        "User.residenceCard.status",
        category="card-status",
        tier=2,
        clause=_CARD,
        ja="在留資格",
        en="Status of residence",
    )
    card_work_restriction = personal(
        fields.CharField(max_length=20, null=True),
        "User.residenceCard.workRestriction",
        category="card-status",
        tier=2,
        clause=_CARD,
        ja="就労制限の有無",
        en="Restriction on work: NONE, BY_STATUS, DESIGNATED or NOT_PERMITTED",
    )
    card_other_activity = personal(
        fields.CharField(max_length=40, null=True),
        "User.residenceCard.otherActivity",
        category="card-status",
        tier=2,
        clause=_CARD,
        ja="資格外活動許可",
        en="Permission for other activity: NONE or PERMITTED_28_HOURS",
    )
    card_period_of_stay = personal(
        fields.CharField(max_length=20, null=True),
        "User.residenceCard.periodOfStay",
        category="card-validity",
        tier=2,
        clause=_CARD,
        ja="在留期間",
        en="Period of stay as an ISO 8601 duration, or INDEFINITE",
    )
    card_stay_expires_on = personal(
        fields.DateField(null=True),
        "User.residenceCard.stayExpiresOn",
        category="card-validity",
        tier=2,
        clause=_CARD,
        ja="在留期間満了日",
        en="Last day of the stay",
    )
    card_valid_until = personal(
        fields.DateField(null=True),
        "User.residenceCard.validUntil",
        category="card-validity",
        tier=2,
        clause=_CARD,
        ja="カードの有効期限",
        en="Last day the card is valid",
    )
    card_issued_on = personal(
        fields.DateField(null=True),
        "User.residenceCard.issuedOn",
        category="card-validity",
        tier=2,
        clause=_CARD,
        ja="交付年月日",
        en="Day the card was issued",
    )
    card_nationality = personal(
        fields.CharField(max_length=2, null=True),
        "User.residenceCard.nationality",
        category="card-person",
        tier=3,
        clause=_CARD,
        ja="国籍・地域",
        en="Nationality or region as ISO 3166-1 alpha-2",
    )
    card_nationality_mark = system(MarkField("card_nationality"))
    card_sex = personal(
        fields.CharField(max_length=1, null=True),
        "User.residenceCard.sex",
        category="card-person",
        tier=3,
        clause=_CARD,
        ja="性別",
        en="Sex as printed on the card: F or M",
    )
    answers: dict[str, object] = system(AnswersField(default=dict))

    class Meta:
        """Where it is kept."""

        table = "users"
