"""The alignment: the rows of a decision table that the rules answer otherwise, as the rules answer them."""

from policies.check.answers import Answers
from policies.check.extent import Extents
from policies.check.lookup import Lookup
from policies.drafts.edits import Edit
from policies.edition import Edition
from policies.table import DECISIONS, row_key
from policies.trial import answer


def aligned(edition: Edition) -> tuple[Edit, ...]:
    """One edit for each row that fails, of what it expects and by which rule; its question and its words stay."""
    answers = Answers(edition, Extents(edition), Lookup(edition.rules), {})
    edits = []
    for row in edition.expectations:
        decision = answers.decide(row)
        given = row._replace(expected=str(answer(decision)), rule=decision.rule or "")
        if given != row:
            edits.append(Edit(DECISIONS, row_key(DECISIONS, row), tuple(given)))
    return tuple(edits)
