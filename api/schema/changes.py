"""The inputs and payloads of what changes a person's record, application or standing."""

import strawberry

from api.gateway.changes.screening import ScreenOutcome
from api.schema.arguments import PERSON_NOW
from api.schema.entered import NoticeInput, UserInput
from api.schema.personal import User
from models.application import Stage
from models.restraint import Ground

strawberry.enum(
    Stage, name="ApplicationStage", description="How far an application is; it only moves forward"
)
strawberry.enum(Ground, name="HoldGround", description="Why use is suspended: Clause 9(1), APPI Art 35")
strawberry.enum(ScreenOutcome, name="ScreenOutcome", description="What became of a free text that was read")


@strawberry.input(description="A person, and the notice that was shown to them")
class RegisterInput:
    """A registration."""

    user: UserInput = strawberry.field(description="What the person entered")
    notice: NoticeInput | None = strawberry.field(
        default=strawberry.UNSET, description="Needed: without a notice nothing is taken in"
    )


@strawberry.input(description="People to register, each with the notice that was shown to them")
class RegisterManyInput:
    """An import."""

    people: list[RegisterInput] = strawberry.field(description="At most 100 at once")


@strawberry.input(description="What to correct of one person; what is not given stays, null empties")
class UpdateUserInput:
    """A correction."""

    id: strawberry.ID = strawberry.field(description="Whose record")
    user: UserInput = strawberry.field(description="The fields to change")
    if_version: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="`User.version` as it was read; where the record was changed since, nothing is",
    )


@strawberry.input(description="The next stage of an application")
class SetApplicationStageInput:
    """A step."""

    user: strawberry.ID = strawberry.field(description="Who applies")
    stage: Stage = strawberry.field(
        description="`APPLIED` and `WITHDRAWN` are the person's own; the others the employer's"
    )
    employer: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="To whom; an employer leaves it out, as it can only mean itself"
    )


@strawberry.input(description="Use that is suspended")
class PlaceHoldInput:
    """A hold."""

    user: strawberry.ID = strawberry.field(description="Whose data")
    purposes: list[strawberry.ID] = strawberry.field(
        description="Purposes, or abstract ones with all under them"
    )
    recipients: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Recipients or groups of them; everybody if left out"
    )
    ground: Ground = strawberry.field(description="Why")


@strawberry.input(description="A hold to end")
class LiftHoldInput:
    """The end of a hold."""

    hold: strawberry.ID = strawberry.field(description="The number that `placeHold` answered")


@strawberry.input(description="A free text that was read")
class ScreenAnswerInput:
    """A screening."""

    user: strawberry.ID = strawberry.field(description="Whose answer")
    key: strawberry.ID = strawberry.field(description="The question")
    outcome: ScreenOutcome = strawberry.field(description="`REMOVED` takes the answer away")
    if_version: strawberry.ID = strawberry.field(
        description="`User.version` as the text was read: a text that was changed since is not the one that was read"
    )


@strawberry.type(description="What a registration answers")
class RegisterPayload:
    """A registration."""

    user: User | None = strawberry.field(description=PERSON_NOW)


@strawberry.type(description="One thing wrong with an input")
class InputMistake:
    """A mistake."""

    path: str = strawberry.field(description="Where, such as `input.people.3.user.phone`")
    code: str = strawberry.field(description="What, such as `PHONE_LENGTH`")
    message: str = strawberry.field(description="One sentence with the remedy")


@strawberry.type(description="What became of one person of an import")
class RegisterResult:
    """One of several."""

    index: int = strawberry.field(description="The place in `people`, from 0")
    user: User | None = strawberry.field(description=f"{PERSON_NOW}; null where something was wrong")
    mistakes: list[InputMistake] = strawberry.field(description="Everything that was wrong")


@strawberry.type(description="What an import answers")
class RegisterManyPayload:
    """An import."""

    registered: int = strawberry.field(description="How many were registered")
    results: list[RegisterResult] = strawberry.field(description="One for each of `people`, in their order")


@strawberry.type(description="What a correction answers")
class UpdateUserPayload:
    """A correction."""

    user: User | None = strawberry.field(description=PERSON_NOW)


@strawberry.type(description="What a change of stage answers")
class SetApplicationStagePayload:
    """A step."""

    stage: Stage = strawberry.field(description="Where the application is now")
    user: User | None = strawberry.field(description=PERSON_NOW)


@strawberry.type(description="What a new hold answers")
class PlaceHoldPayload:
    """A hold."""

    hold: strawberry.ID = strawberry.field(description="Its number, by which it is lifted")
    user: User | None = strawberry.field(description=PERSON_NOW)


@strawberry.type(description="What the end of a hold answers")
class LiftHoldPayload:
    """The end of a hold."""

    hold: strawberry.ID = strawberry.field(description="Its number")
    user: User | None = strawberry.field(description=PERSON_NOW)


@strawberry.type(description="What a screening answers")
class ScreenAnswerPayload:
    """A screening."""

    outcome: ScreenOutcome = strawberry.field(description="What became of the text")
    user: User | None = strawberry.field(description=PERSON_NOW)
