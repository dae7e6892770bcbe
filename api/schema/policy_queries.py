"""The queries of the policy: what the rules are, and why a question is answered as it is."""

from typing import Annotated

import strawberry

from api.gateway.refusal import Code, Refusal
from api.gateway.told import Told
from api.schema.arguments import told
from api.schema.editions import Edition
from api.schema.finished import Info, finished
from api.schema.policy import Explanation, FieldInfo, FormQuestion, Purpose
from api.schema.registers import explain_question, fields_of, form_of, purposes_of
from policies.vocabulary import Action

UNSET = strawberry.UNSET


@strawberry.type
class PolicyQueries:
    """Each tells of an edition."""

    @strawberry.field(description="Why a question is answered as it is, and what came nearest to allowing it")
    async def explain(  # noqa: PLR0913, PLR0917 - the interface's arguments
        self,
        info: Info,
        purpose: Annotated[strawberry.ID, told("Why it would be asked, such as `service.application`")],
        role: Annotated[strawberry.ID, told("Who would ask, such as `employer`; staff may name any role")],
        recipient: Annotated[strawberry.ID, told("To whom it would go, such as `employer-a`")],
        field: Annotated[str, told("Of what, such as `User.email` or `Mutation.recordConsent`")],
        facts: Annotated[
            list[strawberry.ID] | None,
            told(
                "What is true of the person, such as `noticed` and `consented`; nothing if left out, or with `access`"
                " what that was decided on, for an operation whose purpose opens the ledger"
            ),
        ] = UNSET,
        action: Annotated[
            Action | None, told("What would be done; `READ` if left out, or what the access did")
        ] = UNSET,
        edition: Annotated[
            strawberry.ID | None, told("Under which edition; the one in force if left out")
        ] = UNSET,
        user: Annotated[
            strawberry.ID | None, told("Refused: a person's standing is not told here; name `facts` instead")
        ] = UNSET,
        access: Annotated[
            strawberry.ID | None,
            told(
                "Under the edition that decided this access of the ledger, for staff; without `facts` the question must"
                " be that of the access"
            ),
        ] = UNSET,
    ) -> Explanation:
        """A register."""
        if user:
            raise Refusal(
                Code.BAD_INPUT,
                Told("STANDING_UNTOLD"),
                argument="user",
            )
        return await explain_question(
            info.context,
            role=role,
            action=action.value if action else None,
            purpose=purpose,
            field=field,
            recipient=recipient,
            facts=facts or [],
            edition=edition or None,
            access=access or None,
        )

    @strawberry.field(description="The purposes that can be declared, and their abstract parents")
    def purposes(self, info: Info) -> list[Purpose]:
        """A register."""
        return purposes_of(info.context)

    @strawberry.field(
        description="Every field of personal data, with its category and the purposes that may read it"
    )
    def fields(self, info: Info) -> list[FieldInfo]:
        """A register."""
        return fields_of(info.context.force)

    @strawberry.field(description="The questions of the registration form that are asked today")
    def form(self, info: Info) -> list[FormQuestion]:
        """A register."""
        return form_of(info.context)

    @strawberry.field(description="An edition with its rules; the one in force by default")
    def edition(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, told("The edition's id; the one in force if left out")] = UNSET,
    ) -> Edition:
        """Finished."""
        return finished(info)
