"""The words of an edition: its names, and who may see what, why, for whom, and when, in either language."""

from dataclasses import dataclass
from functools import cached_property

from policies.edition import Edition
from policies.rule import Need, Rule
from policies.vocabulary import ANY, NONE_PURPOSE, Action, Effect

_ANYBODY = {
    ("en", Effect.ALLOW): "Anybody may",
    ("en", Effect.DENY): "Nobody may",
    ("ja", Effect.ALLOW): "だれでも、",
    ("ja", Effect.DENY): "だれも、",
}
_ANYTHING = {"en": "anything", "ja": "すべての項目"}
_ACTS: dict[str, tuple[str, str]] = {
    Action.READ: ("読むこと", "read"),
    Action.COLLECT: ("取得すること", "collect"),
    Action.CORRECT: ("訂正すること", "correct"),
    Action.ERASE: ("消去すること", "erase"),
    Action.TRANSMIT: ("送信を受けること", "be sent"),
    Action.INVOKE: ("使うこと", "use"),
    ANY: ("扱うこと", "handle"),
}


@dataclass(frozen=True)
class Words:
    """Tells the names and rules of one edition in one language, `ja` or `en`.

    A field that code declares has no label in an edition; it is told by its path.
    """

    edition: Edition
    lang: str

    @property
    def _english(self) -> bool:
        return self.lang == "en"

    @cached_property
    def _personal(self) -> dict[str, str]:
        answers = self.edition.questions.values()
        told = {each.field: self._pick(each.label_ja, each.label_en) for each in answers}
        return {**{path: f"`{path}`" for path in self.edition.declared}, **told}

    @cached_property
    def _fields(self) -> dict[str, str]:
        guards = {path: self._pick(one.ja, one.en) for path, one in self.edition.guards.items()}
        wider = {name: self._pick(one.ja, one.en) for name, one in self.edition.categories.nodes.items()}
        return {**self._personal, **guards, **wider}

    def _pick(self, ja: str, en: str) -> str:
        return en if self._english else ja

    def role(self, name: str) -> str:
        """A role or a wider role, or nothing where everybody is meant."""
        node = self.edition.roles.nodes.get(name)
        return self._pick(node.ja, node.en) if node else ""

    def whoever(self, role: str) -> str:
        """A role by the name of the recipients of its kind, where there are any."""
        return self.recipient(role) or self.role(role)

    def _who(self, rule: Rule) -> str:
        if rule.role == ANY:
            return _ANYBODY[self.lang, rule.effect]
        may = " may" if rule.effect is Effect.ALLOW else " may never"
        return self.role(rule.role) + (may if self._english else "は、")

    def field(self, name: str) -> str:
        """A field or a category."""
        return self._fields.get(name, _ANYTHING[self.lang])

    def labelled(self, path: str) -> str:
        """A field of personal data with its path behind its label, or behind that of its category where it has none."""
        told = self.field(self.edition.fields[path] if path in self.edition.declared else path)
        return self.beside(told, path)

    def beside(self, label: str, name: str) -> str:
        """A label with the name that rules use."""
        return f"{label} (`{name}`)" if self._english else f"{label}（`{name}`）"

    def recipient(self, name: str) -> str:
        """A recipient's group, or nothing where all are meant."""
        node = self.edition.groups.nodes.get(name)
        return self._pick(node.ja, node.en) if node else ""

    def purpose(self, name: str) -> str:
        """The purpose as it was announced, or nothing where none is meant."""
        found = self.edition.purposes.get(name)
        return self._pick(found.ja, found.en) if found else ""

    def act(self, name: str) -> str:
        """What is done."""
        return self._pick(*_ACTS[name])

    def need(self, need: Need) -> str:
        """A fact that a rule needs, as a clause."""
        told = self._pick(need.fact.ja, need.fact.en)
        if not need.absent:
            return told
        return f"it is not so that {told}" if self._english else f"「{told}」に当たらない"

    def note(self, rule: Rule) -> str:
        """The note of the rule."""
        return self._pick(rule.note_ja, rule.note_en)

    def sentence(self, rule: Rule) -> str:
        """The rule as one sentence; the purpose stands by the name that operations declare."""
        return self._in_english(rule) if self._english else self._in_japanese(rule)

    def _in_english(self, rule: Rule) -> str:
        why = "" if rule.purpose in {ANY, NONE_PURPOSE} else f" for {rule.purpose}"
        whom = "" if rule.recipient == ANY else f", given to: {self.recipient(rule.recipient)}"
        when = f", when {'; and '.join(map(self.need, rule.needs))}" if rule.needs else ""
        return f"{self._who(rule)} {self.act(rule.action)}: {self.field(rule.field)}{why}{whom}{when}"

    def _in_japanese(self, rule: Rule) -> str:
        may = "できる" if rule.effect is Effect.ALLOW else "できない"
        when = f"{'、かつ、'.join(map(_case_ja, rule.needs))}場合、" if rule.needs else ""
        why = "" if rule.purpose in {ANY, NONE_PURPOSE} else f"{rule.purpose} のために、"
        whom = "" if rule.recipient == ANY else f"提供先を「{self.recipient(rule.recipient)}」として、"
        return (
            f"{when}{self._who(rule)}{why}{whom}「{self.field(rule.field)}」を{self.act(rule.action)}が{may}"
        )


def _case_ja(need: Need) -> str:
    """A fact as what comes before 場合; one that must not be true is quoted, for its words cannot be turned round."""
    return f"「{need.fact.ja}」に当たらない" if need.absent else need.fact.ja
