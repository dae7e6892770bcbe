"""The guarded: what code asks about, which an edition must guard; and fields of the schema that nobody decides about."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from api.gateway.changes.holders import NOTICE, TOLD
from api.gateway.changes.stage import ACT
from api.schema.registers import OTHERS
from models.application import Stage
from models.catalogue import ANSWERS, FIELDS
from models.formats.event import KEYS
from policies.check.extent import EVENT
from policies.edition import Edition

ROOTS = ("Query.", "Mutation.", EVENT)
PARTS = (
    *("Query.__schema", OTHERS, TOLD, NOTICE),
    *(f"{ACT}.{stage}" for stage in Stage),
    *(f"{EVENT}{name}" for name in KEYS),
)
"""What code asks about by name and is no field of the schema: parts of fields, and what browsers tell of events."""

REGISTERS: Mapping[str, str] = MappingProxyType(
    {
        "AcceptReceivedPayload": "received user",
        "Access": "id at requestId client role staff purpose recipient operation edition editionNumber outcome"
        " code reason users releases",
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
        "ClientSecret": "id createdAt expiresAt",
        "CloseCasePayload": "case",
        "ConfirmRelatedConsentPayload": "confirmation",
        "Confirmation": "id recipient how foreignInformed confirmedOn until endedOn state changes",
        "Consent": "id purpose recipient state givenAt withdrawnAt expiresAt noticeVersion language method"
        " noticeHash noticeText categories guardian foreignInformed foreignInformation reason events receipt",
        "ConsentEvent": "state at by noticeVersion language method expiresAt categories guardian reason",
        "ConsentWarning": "code ja en",
        "ApproveDraftPayload": "draft",
        "CancelPublicationPayload": "draft",
        "CreateDraftPayload": "draft",
        "Draft": "id state version base hash note createdBy createdAt changedBy changedAt authors model edits check"
        " widens needsApproval approvals outdated conflicts publishAt publishBy trouble why edition changes",
        "DraftApproval": "by at base hash note overrides withdrawnAt superseded counts",
        "DraftCell": "column value",
        "DraftConflict": "table key base mine theirs",
        "DraftConnection": "edges pageInfo",
        "DraftEdge": "node cursor",
        "AlignDecisionsPayload": "draft",
        "DraftEdit": "table key was became after by at",
        "DraftFinding": "id severity accepted code table row key column near text",
        "DraftOverride": "finding reason",
        "EditDraftPayload": "draft",
        "Edition": "id number publishedAt publishedBy approvedBy note base draft draftedBy rules tables csv",
        "EditionConnection": "edges pageInfo",
        "EditionEdge": "node cursor",
        "EditionTable": "name columns rows",
        "ImportDraftPayload": "draft",
        "PublishEditionPayload": "draft",
        "RebaseDraftPayload": "draft",
        "RollBackEditionPayload": "draft",
        "WithdrawApprovalPayload": "draft",
        "WithdrawDraftPayload": "draft",
        "EndConfirmationPayload": "confirmation",
        "EndEntrustmentPayload": "entrustment",
        "EndJointUsePayload": "jointUse",
        "DraftTransmissionNoticePayload": "transmissionNotice",
        "EndTransmissionNoticePayload": "transmissionNotice",
        "PublishTransmissionNoticePayload": "transmissionNotice",
        "EndSuccessionPayload": "succession",
        "AssessDraftPayload": "job",
        "CancelJobPayload": "job",
        "FieldAsked": "field accesses",
        "GatherEvidencePayload": "job",
        "Impact": "widens widened narrowed changes cells",
        "ImpactCell": "role recipient purpose category widens narrows",
        "ImpactChange": "direction kind keys roles actions purposes fields recipients given when wholly decisions"
        " refused before after text",
        "PolicyJob": "id kind draft hash days state done total askedBy askedAt startedAt endedAt trouble why impact"
        " replay evidence",
        "LeastPrivilege": "edition since until accesses used unused undeclared overAsking alwaysWithheld unusedScopes",
        "OverAsking": "client role purpose recipient accesses fields withheld share inVain",
        "ProposeLeastPrivilegePayload": "draft job",
        "Replay": "since until accesses changed undecided lines",
        "ReplayDay": "day accesses",
        "ReplayLine": "client role purpose recipient step field change sure accesses people exact days",
        "ReplayPerson": "user",
        "ReplayPersonConnection": "edges pageInfo",
        "ReplayPersonEdge": "node cursor",
        "RuleUse": "rule accesses",
        "UnusedRule": "rule since days removable",
        "UnusedScope": "client word",
        "Entrustment": "id recipient contract scope purposes from until supervisedOn superviseDays endedOn state"
        " changes",
        "Evidence": "kind reference",
        "Explanation": "allowed rule clause edition reason nearest text advice",
        "FieldChange": "field was became at by client purpose",
        "FieldInfo": "path category tier clause ja en purposes",
        "ForeignCheck": "id recipient regime measures checkedOn nextDueOn maintained problems action at state changes",
        "ForeignInformation": "country regime measures countryUnnamedBecause insteadOfCountry"
        " measuresUntoldBecause",
        "FormChoice": "value labelJa labelEn",
        "FormQuestion": "key kind category choices labelJa labelEn helpJa helpEn required askedFrom askedUntil",
        "Grounds": "entrustments successions jointUses foreignChecks confirmations transmissionNotices",
        "Holder": "recipient name since lastProvidedOn notified",
        "InputMistake": "path code message",
        "InvalidateConsentPayload": "user",
        "JointUse": "id recipients purposes items rangeOfUsers usersPurpose managerName managerAddress"
        " managerRepresentative announcedAt endedOn state changes",
        "LiftHoldPayload": "hold user",
        "NearMiss": "rule failed missing matched also text",
        "Failure": "failed missing",
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
        " status closed missing contract contractFrom contractUntil contact noticeUrl eventsUrl provisionMethod changes",
        "RecordConsentPayload": "user warnings",
        "RecordEntrustmentPayload": "entrustment",
        "RecordForeignCheckPayload": "foreignCheck",
        "RecordSuccessionPayload": "succession",
        "RefuseConsentPayload": "user",
        "RegisterChange": "id at by requestId what parts",
        "RegisterManyPayload": "registered results",
        "RegisterPart": "name was became",
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
        "Transmission": "id at recipient recipientName recipientAddress recipientRepresentative country purpose items"
        " events notices confirmation confirmedOn foreignInformed firstOn lastOn retainUntil edition",
        "TransmissionConnection": "edges pageInfo",
        "TransmissionEdge": "node cursor",
        "TransmissionNotice": "id recipient items recipientJa itemsJa purposeJa recipientEn itemsEn purposeEn policyUrl"
        " optOutUrl optOutJa limitsJa from until publishedAt endedOn state changes",
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


class Unguarded(Exception):  # noqa: N818 - it names the fault
    """A field of the schema that no rule decides about."""


def check_guards(schema: GraphQLSchema, edition: Edition) -> None:
    """Whatever code asks about is a guard of the edition, declared as personal data, or known of a register.

    Raises:
        Unguarded: with everything that is none of these.
    """
    known = frozenset(guard for guard in edition.guards if guard.startswith(ROOTS))
    missing = [path for path in needed_guards(schema) if path not in known]
    if missing:
        raise Unguarded(
            f"the schema has what no rule decides about: {', '.join(f'`{each}`' for each in missing)}; "
            "guard it in `guards.csv`, declare it as personal data, or name it in `REGISTERS`"
        )


def needed_guards(schema: GraphQLSchema) -> tuple[str, ...]:
    """What an edition must guard: the fields that are neither personal data nor of a register, and the parts."""
    known = {*_personal(schema), *_registers()}
    return (*(path for path in _fields(schema) if path not in known), *PARTS)


def _fields(schema: GraphQLSchema) -> Iterator[str]:
    """Every field that can be asked for, by its type and name; what describes the schema itself left out."""
    for name, made in schema.type_map.items():
        if isinstance(made, GraphQLObjectType) and not name.startswith("__"):
            yield from (f"{name}.{field}" for field in made.fields)


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
