"""What third parties ask about the busy person, to be sent through the gateway once everything is loaded."""

from dataclasses import dataclass, field

from models.demo.situations import APPLICATION, ELIGIBILITY, EMPLOYER_A, EMPLOYER_B, SUPPORT, SUPPORT_ORG


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One operation of one client, for its default recipient; the purpose stands in the document too."""

    client: str
    purpose: str
    operation: str
    document: str
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def recipient(self) -> str:
        """For whom the client asks."""
        return self.client


_ASKED = (
    (EMPLOYER_A, APPLICATION, "Applicant", "id name { roman kana } ageBand address { prefecture city }"),
    (EMPLOYER_A, APPLICATION, "Invitation", "id name { roman } email phone"),
    (EMPLOYER_A, ELIGIBILITY, "WorkPermit", "id residenceCard { number status stayExpiresOn nationality }"),
    (EMPLOYER_B, APPLICATION, "Candidate", "id name { roman } ageBand workEligibility answers { key value }"),
    (EMPLOYER_B, APPLICATION, "Contact", "id name { roman } email"),
    (
        SUPPORT_ORG,
        SUPPORT,
        "Support",
        (
            "id name { roman kana } phone birthDate"
            " address { postalCode prefecture city town block building }"
            " residenceCard { number status stayExpiresOn }"
        ),
    ),
)
"""The fifth is answered in part: contact details go to an employer from the interview on."""


def busy_accesses(user: str) -> tuple[Asking, ...]:
    """What two employers and the support organisation ask about this user, in order."""
    return tuple(
        Asking(
            client=client,
            purpose=purpose,
            operation=operation,
            document=(
                f'query {operation}($id: ID!) @purpose(id: "{purpose}") {{ user(id: $id) {{ {selection} }} }}'
            ),
            variables={"id": user},
        )
        for client, purpose, operation, selection in _ASKED
    )
