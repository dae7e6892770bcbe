"""The barred: a change of a draft or a publication that may not be, with the reasons; nothing was changed."""

from collections.abc import Sequence


class Barred(Exception):  # noqa: N818 - it names the state
    """It may not be.

    Attributes:
        reason: such as `APPROVAL_MISSING`.
        argument: the part of the input it is about.
        findings: the ids of the findings it is about.
    """

    def __init__(self, reason: str, argument: str = "draft", *, findings: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.argument = argument
        self.findings = tuple(findings)
