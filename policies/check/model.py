"""The check of the model: the shape of a question and of a rule, and that a deny wins."""

import re
from typing import Final

from policies.hidden import hidden
from policies.mistake import Mistake, mistake

MODEL: Final = "casbin_model.conf"

MATCHES: Final = (
    '(p.role == "any" || g(r.role, p.role))',
    '(p.action == "any" || p.action == r.action)',
    '(p.purpose == "any" || g2(r.purpose, p.purpose))',
    '(p.field == "any" || g3(r.field, p.field))',
    '(p.recipient == "any" || g4(r.recipient, p.recipient))',
    "met(r.standing, p.needs)",
)
"""What makes a rule match a question; Casbin stops at the first that fails."""

SHAPE: Final[dict[str, str]] = {
    "r": "role, action, purpose, field, recipient, standing",
    "p": "rule, eft, role, action, purpose, field, recipient, needs",
    "g": "_, _",
    "g2": "_, _",
    "g3": "_, _",
    "g4": "_, _",
    "e": "some(where (p.eft == allow)) && !some(where (p.eft == deny))",
    "m": " && ".join(MATCHES),
}
"""Each definition that the judge relies on."""

DEFINITION: Final = re.compile(r"^(\w+)\s*=\s*(.+?)\s*$", re.MULTILINE)


def misshapen(model: str) -> list[Mistake]:
    """The definitions of a model that are not those the judge relies on, and lines with what nobody sees."""
    found = dict(DEFINITION.findall(model))
    wrong = [
        mistake("CELL_CHARACTERS", MODEL, number, points=points)
        for number, line in enumerate(model.split("\n"), 1)
        if (points := hidden(line.removesuffix("\r").replace("\t", " ")))
    ]
    wrong += [
        mistake("MODEL_OTHER", MODEL, 0, name, name=name, text=text)
        for name, text in SHAPE.items()
        if found.get(name) != text
    ]
    return [
        *wrong,
        *(mistake("MODEL_MORE", MODEL, 0, name, name=name) for name in found if name not in SHAPE),
    ]
