"""The shape: a function generated for one plan and one opening that turns rows into their answers.

Nothing of a client's document stands in the generated source but response keys, as quoted literals.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.gateway.documents.selection import TYPENAME, Selected
from api.gateway.release.columns import Columns, Source, day, moment
from api.gateway.release.plan import ANSWERS_FIELD, REGISTER_FIELDS, UserPlan, answer_keys
from models.catalogue import ANSWERS
from models.personal import Personal
from models.sealing.vault import Vault
from policies.form import FormQuestion
from policies.judging.clearance import Opening

Shape = Callable[[Sequence[Any], Any, Mapping[str, Mapping[str, Any]], Vault], list[dict[str, Any]]]
"""Rows, today's date, the registers that belong to the users (by field key, then by user id) and the keys of what is
sealed → their answers."""


@dataclass(frozen=True, slots=True)
class Shaper:
    """Makes the shapes of one plan."""

    plan: UserPlan
    columns: Columns
    catalogue: Mapping[str, Personal]
    questions: Mapping[str, FormQuestion]

    def shape(self, opening: Opening) -> Shape:
        """The function for users with this opening."""
        source = Source({"day": day, "moment": moment})
        body = self._object("User", self.plan.selected, opening, source)
        text = f"def shape(rows, today, registers, vault):\n{self._loop(body, source)}"
        exec(compile(text, "<shape>", "exec"), source.names)  # noqa: S102 - the source is ours, see above
        made: Shape = source.names["shape"]
        return made

    def _object(self, type_name: str, selected: Sequence[Selected], opening: Opening, source: Source) -> str:
        parts = (f"{each.key!r}: {self._field(type_name, each, opening, source)}" for each in selected)
        return "{" + ", ".join(parts) + "}"

    def _field(self, type_name: str, each: Selected, opening: Opening, source: Source) -> str:
        if each.name == TYPENAME:
            return repr(type_name)
        path = f"User.{each.name}"
        if each.name == ANSWERS_FIELD:
            return self._answers(each, opening, source)
        if each.name in REGISTER_FIELDS:
            identity = self.columns.at("u.id")
            return f"registers[{each.key!r}].get({identity})" if path in opening else "None"
        if each.name in self.plan.objects:
            if not any(below in opening for below in self.plan.objects[each.name]):
                return "None"
            parts = (
                f"{child.key!r}: {self._nested(each, child, opening, source)}" for child in each.children
            )
            return "{" + ", ".join(parts) + "}"
        return self.columns.value(path, source) if path in opening else "None"

    def _nested(self, each: Selected, child: Selected, opening: Opening, source: Source) -> str:
        if child.name == TYPENAME:
            return repr(each.type_name)
        path = f"User.{each.name}.{child.name}"
        return self.columns.value(path, source) if path in opening else "None"

    def _answers(self, each: Selected, opening: Opening, source: Source) -> str:
        keys = [key for key in answer_keys(each, self.catalogue) if ANSWERS + key in opening]
        if not keys:
            return "None"
        return "[" + ", ".join(self._answer(key, each, source) for key in keys) + "]"

    def _answer(self, key: str, each: Selected, source: Source) -> str:
        question = self.questions[key]
        parts: list[str] = []
        for child in each.children:
            if child.name == TYPENAME:
                told = repr(each.type_name)
            elif child.name == "key":
                told = repr(key)
            elif child.name == "label":
                told = repr(question.label_en if child.arguments.get("lang") == "en" else question.label_ja)
            else:
                told = self.columns.value(ANSWERS + key, source)
            parts.append(f"{child.key!r}: {told}")
        return "{" + ", ".join(parts) + "}"

    def _loop(self, body: str, source: Source) -> str:
        """The lines that make an answer of each row; what is sealed is opened first, a column at a time."""
        if not source.opened:
            return f"    return [{body} for r in rows]\n"
        lines = [f"    refs = [{self.columns.at('u.ref')} for r in rows]\n"]
        lines += [f"    all_{variable} = {made}\n" for variable, made in source.opened.items()]
        each, columns = ", ".join(source.opened), ", ".join(f"all_{variable}" for variable in source.opened)
        return f"{''.join(lines)}    return [{body} for r, {each} in zip(rows, {columns})]\n"
