"""The building of the schema: a field that nobody guards, declares as personal or knows of a register fails it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated

import strawberry
from graphql import GraphQLNamedType, GraphQLObjectType, GraphQLSchema, get_named_type
from strawberry.directive import DirectiveLocation
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition
from strawberry.types.unset import UNSET

from api.schema.moment import MOMENT
from api.schema.mutation import Mutation
from api.schema.personal import (
    ANSWER_VALUE,
    CONSENT_RECEIPT,
    PERSONAL_TYPES,
    AnswerValue,
    ConsentReceipt,
    never,
)
from api.schema.query import Query
from models.catalogue import ANSWERS, FIELDS
from policies.edition import Edition

ROOTS = ("Query", "Mutation")
REGISTERS: Mapping[str, str] = MappingProxyType(
    {
        "AcceptReceivedPayload": "received user",
        "Access": "id at requestId client role staff purpose recipient operation edition outcome code reason"
        " users releases",
        "AccessConnection": "edges pageInfo",
        "AccessEdge": "node cursor",
        "AddClientPayload": "client secret",
        "AddRecipientPayload": "recipient",
        "AnnounceJointUsePayload": "jointUse",
        "Answer": "key value label",
        "ApproveCasePayload": "case",
        "Case": "id recipient basis reference office requester whyNoConsent items people from until state openedBy"
        " openedAt approvedBy approvedAt closedBy closedAt",
        "CaseConnection": "edges pageInfo",
        "CaseEdge": "node cursor",
        "Client": "id role active createdAt lastUsedAt recipients scopes documents owner contact authentication jwks"
        " binding networks expiresAt requestsPerMinute peoplePerHour peoplePerDay secrets changes",
        "ClientChange": "id at by requestId what parts",
        "ClientPart": "name was became",
        "ClientSecret": "id createdAt expiresAt",
        "CloseCasePayload": "case",
        "ConfirmRelatedConsentPayload": "confirmation",
        "Confirmation": "id recipient how foreignInformed confirmedOn until endedOn state changes",
        "Consent": "id purpose recipient state givenAt withdrawnAt expiresAt noticeVersion language method"
        " noticeHash noticeText categories guardian foreignInformed foreignInformation reason events receipt",
        "ConsentEvent": "state at by noticeVersion language method expiresAt categories guardian reason",
        "ConsentWarning": "code ja en",
        "Edition": "id number publishedAt publishedBy approvedBy note rules",
        "EndConfirmationPayload": "confirmation",
        "EndEntrustmentPayload": "entrustment",
        "EndJointUsePayload": "jointUse",
        "EndSuccessionPayload": "succession",
        "Entrustment": "id recipient contract scope purposes from until supervisedOn superviseDays endedOn state"
        " changes",
        "Evidence": "kind reference",
        "Explanation": "allowed rule clause edition reason nearest advice",
        "FieldChange": "field was became at by client purpose",
        "FieldInfo": "path category tier clause ja en purposes",
        "ForeignCheck": "id recipient regime measures checkedOn nextDueOn maintained problems action at state changes",
        "ForeignInformation": "country regime measures countryUnnamedBecause insteadOfCountry"
        " measuresUntoldBecause",
        "FormChoice": "value labelJa labelEn",
        "FormQuestion": "key kind category choices labelJa labelEn helpJa helpEn required askedFrom askedUntil",
        "GroundChange": "id at by requestId what parts",
        "GroundPart": "name was became",
        "Grounds": "entrustments successions jointUses foreignChecks confirmations",
        "Holder": "recipient name since lastProvidedOn notified",
        "InputMistake": "path code message",
        "InvalidateConsentPayload": "user",
        "JointUse": "id recipients purposes items rangeOfUsers usersPurpose managerName managerAddress"
        " managerRepresentative announcedAt endedOn state changes",
        "LiftHoldPayload": "hold user",
        "NearMiss": "rule failed missing text",
        "Notice": "source policyVersion language purposes shownAt acquiredAt",
        "OpenCasePayload": "case",
        "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
        "PlaceHoldPayload": "hold user",
        "Provision": "id user recipient recipientName recipientAddress recipientRepresentative items basis"
        " consentedAt providedOn retainUntil method contract firstProvidedOn lastProvidedOn purgeable confirmation"
        " confirmedOn foreignInformed",
        "ProvisionConnection": "edges pageInfo",
        "ProvisionEdge": "node cursor",
        "Purpose": "id parent abstract announced ja en",
        "Receipt": "id received user provider providerName providerAddress providerRepresentative acquisitionHistory"
        " evidence purpose consentedAt consentMethod policyVersion noticeShownAt items acquiredAt receivedOn"
        " retainUntil requestId",
        "ReceiptConnection": "edges pageInfo",
        "ReceiptEdge": "node cursor",
        "ReceiveUsersPayload": "results",
        "Received": "id at outcome reasons provider providerName purpose acquisitionHistory evidence policyVersion"
        " noticeShownAt purposes consentedAt consentMethod acquiredAt requestId items known",
        "ReceivedConnection": "edges pageInfo",
        "ReceivedEdge": "node cursor",
        "ReceivedItem": "field value withheld",
        "ReceivedResult": "index outcome received mistakes",
        "Recipient": "id kind name formerNames address representative country foreignRoute stateOrgan identifying"
        " status closed missing contract contractFrom contractUntil contact noticeUrl provisionMethod changes",
        "RecipientChange": "id at by requestId what parts",
        "RecipientPart": "name was became",
        "RecordConsentPayload": "user warnings",
        "RecordEntrustmentPayload": "entrustment",
        "RecordForeignCheckPayload": "foreignCheck",
        "RecordSuccessionPayload": "succession",
        "RefuseConsentPayload": "user",
        "RegisterManyPayload": "registered results",
        "RegisterPayload": "user",
        "RegisterResult": "index user mistakes",
        "RejectReceivedPayload": "received",
        "Release": "user released withheld written arguments basis provision",
        "ReleaseConnection": "edges pageInfo",
        "ReleaseEdge": "node cursor",
        "ReopenRecipientPayload": "recipient",
        "RequestConsentPayload": "user",
        "RestoreClientPayload": "client",
        "RetryNoticePayload": "notice state",
        "RevokeClientPayload": "client",
        "RotateClientSecretPayload": "client secret",
        "Rule": "id effect role action purpose field recipient needs clause noteJa noteEn",
        "ScreenAnswerPayload": "outcome user",
        "SetApplicationStagePayload": "stage user",
        "StopRecipientPayload": "recipient",
        "Succession": "id recipient reference purposes on endedOn state changes",
        "SuperviseEntrustmentPayload": "entrustment",
        "UpdateClientPayload": "client",
        "UpdateRecipientPayload": "recipient",
        "UpdateUserPayload": "user",
        "Usage": "client since requests released partly refused people days limits accesses",
        "UsageAccess": "id at requestId purpose recipient operation outcome code users",
        "UsageDay": "date requests released partly refused people",
        "UsageLimit": "name most window remaining reset",
        "UserConnection": "edges pageInfo",
        "UserEdge": "node cursor",
        "WithdrawConsentPayload": "user holders",
        "WithdrawalNotice": "id user recipient purpose withdrawnAt state tries nextTryAt endedAt trouble",
        "WithdrawalNoticeConnection": "edges pageInfo",
        "WithdrawalNoticeEdge": "node cursor",
    }
)
"""The types that are reached only through a guarded field of a root or a declared field of a user.

Every field of theirs stands here: who adds one says that it may be told to whomever that field is open to.
"""

CLIENT_TYPES = ("Client", "ClientChange", "ClientPart", "ClientSecret")
RECIPIENT_TYPES = ("Recipient", "RecipientChange", "RecipientPart")
GROUND_TYPES = (
    "Grounds",
    "Entrustment",
    "Succession",
    "JointUse",
    "ForeignCheck",
    "Confirmation",
    "GroundChange",
    "GroundPart",
    "Case",
)
FINISHED_TYPES = (
    *PERSONAL_TYPES,
    "Access",
    "Release",
    "Provision",
    "WithdrawalNotice",
    "Receipt",
    "Received",
    "ReceivedItem",
    *CLIENT_TYPES,
    *RECIPIENT_TYPES,
    *GROUND_TYPES,
)
"""The types that a door finishes, so that the executor never resolves a field of theirs."""


SCALARS: dict[object, ScalarDefinition] = {
    AnswerValue: ANSWER_VALUE,
    ConsentReceipt: CONSENT_RECEIPT,
    datetime: MOMENT,
}


class Unguarded(Exception):  # noqa: N818 - it names the fault
    """A field of the schema that no rule decides about."""


@strawberry.directive(
    locations=[DirectiveLocation.QUERY, DirectiveLocation.MUTATION],
    name="purpose",
    description="Why the operation asks, and for whom; `strict` refuses it whole instead of in part",
)
def purpose(
    id: Annotated[
        strawberry.ID, strawberry.argument(description="The purpose: an announced leaf of `purposes`")
    ],
    recipient: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="To whom the answer goes: one the client is registered for, its first where left out"
        ),
    ] = UNSET,
    strict: Annotated[  # noqa: FBT002 - the interface's shape
        bool | None,
        strawberry.argument(
            description="Refuse the whole operation when anything in it is refused or withheld"
        ),
    ] = False,
) -> None:
    """Read by the door from the operation that runs."""


def build_schema() -> strawberry.Schema:
    """The schema as it is served."""
    made = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        directives=[purpose],
        config=StrawberryConfig(
            scalar_map={AnswerValue: ANSWER_VALUE, ConsentReceipt: CONSENT_RECEIPT, datetime: MOMENT}
        ),
    )
    for name in FINISHED_TYPES:
        _seal(core(made).type_map[name])
    return made


def _seal(made: GraphQLNamedType) -> None:
    """Whoever hands a record itself to the executor, and no finished value, finds every field closed."""
    for field in made.fields.values() if isinstance(made, GraphQLObjectType) else ():
        field.resolve = never


def core(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema as graphql-core executes it."""
    return schema._schema  # noqa: SLF001 - Strawberry keeps it nowhere else


def check_guards(schema: GraphQLSchema, edition: Edition) -> None:
    """Every field is a guard of the edition, declared as personal data, or known of a register.

    Raises:
        Unguarded: with every field that is none of these.
    """
    known = {*_roots(edition), *_personal(schema), *_registers()}
    missing = [path for path in _fields(schema) if path not in known]
    if missing:
        raise Unguarded(
            f"the schema has what no rule decides about: {', '.join(f'`{each}`' for each in missing)}; "
            "guard it in `guards.csv`, declare it as personal data, or name it in `REGISTERS`"
        )


def _fields(schema: GraphQLSchema) -> Iterator[str]:
    """Every field that can be asked for, by its type and name; what describes the schema itself left out."""
    for name, made in schema.type_map.items():
        if isinstance(made, GraphQLObjectType) and not name.startswith("__"):
            yield from (f"{name}.{field}" for field in made.fields)


def _roots(edition: Edition) -> Iterator[str]:
    return (guard for guard in edition.guards if guard.split(".")[0] in ROOTS)


def _personal(schema: GraphQLSchema) -> Iterator[str]:
    yield ANSWERS.rstrip(".")
    user = schema.type_map.get("User")
    held = user.fields if isinstance(user, GraphQLObjectType) else {}
    for field in FIELDS.values():
        head, *rest = field.steps
        yield f"User.{head}"
        if rest and head in held:
            yield f"{get_named_type(held[head].type).name}.{rest[-1]}"


def _registers() -> Iterator[str]:
    return (f"{name}.{field}" for name, fields in REGISTERS.items() for field in fields.split())
