"""The sentence: changed decisions as a privacy officer reads them, in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from policies.edition import Edition
from policies.impact.box import Box
from policies.impact.naming import Cover, Naming
from policies.impact.outcome import Direction
from policies.impact.told import english, japanese, joined, vanishes
from policies.tree import Tree
from policies.vocabulary import ANY, NONE_PURPOSE, Action
from policies.words import Words

LISTED: Final = 8
"""So many fields are listed behind the name of what holds them; more are counted."""

_USER: Final = "User."


@dataclass(frozen=True)
class Sentences:
    """Tells boxes of one edition, the one that allows what is told, in the words of the edition in force.

    Whoever drafts would word what others agree to: a label of theirs stands beside the name that it is of.
    """

    edition: Edition
    base: Edition

    @cached_property
    def _naming(self) -> Naming:
        return Naming(self.edition)

    @cached_property
    def _en(self) -> Words:
        return Words(_worded(self.edition, self.base), "en")

    @cached_property
    def _ja(self) -> Words:
        return Words(_worded(self.edition, self.base), "ja")

    def english(self, box: Box) -> str:
        """The box in English."""
        words = self._en
        widens = box.condition.direction is Direction.WIDENS
        who = _and(self._who(box, words)) or ("Anybody" if widens else "Nobody")
        may = "may also" if widens else "may any longer" if who == "Nobody" else "may no longer"
        acts = _and([words.act(each) for each in _actions(box)])
        wholly = " at all" if vanishes(box.condition) else ""
        what = _and([self._what(each, words, "{} ({})", ", ", "{} fields") for each in self._fields(box)])
        purposes = _and([f"`{each.name}`" for each in self._why(box)])
        whom = _and([self._group(each.name, words) for each in self._whom(box)])
        why = f" for {purposes}" if purposes else ""
        given = f", given to: {whom}" if whom else ""
        when = english(box.condition, _rules(box), apart=bool(given))
        rest = _rest(box, "; all else stays as it is", "; rules that refuse still win")
        return f"{who} {may} {acts}{wholly}: {what}{why}{given}{when}{rest}"

    def japanese(self, box: Box) -> str:
        """The box in Japanese."""
        words = self._ja
        whose = joined(self._who(box, words), "、", "及び")
        who = (
            f"{whose}は" if whose else "だれでも" if box.condition.direction is Direction.WIDENS else "だれも"
        )
        acts = joined([words.act(each) for each in _actions(box)], "、", "及び")
        named = [self._what(each, words, "{}（{}）", "、", "{}項目") for each in self._fields(box)]
        what = joined(named, "、", "及び")
        purposes = joined([f"`{each.name}`" for each in self._why(box)], "、", "又は")
        whom = joined([f"「{self._group(each.name, words)}」" for each in self._whom(box)], "、", "又は")
        why = f"{purposes}のために、" if purposes else ""
        given = f"提供先が{whom}のとき、" if whom else ""
        able = "できるようになる" if box.condition.direction is Direction.WIDENS else "できなくなる"
        wholly = "一切" if vanishes(box.condition) else ""
        when = japanese(box.condition, _rules(box))
        rest = _rest(box, "（ほかの条件は従来どおり）", "（拒否の規則は引き続き優先する）")
        return f"{who}、{why}{given}{when}{what}を{acts}が{wholly}{able}{rest}"

    def _fields(self, box: Box) -> Sequence[Cover]:
        return self._naming.fields(box.fields)

    def _who(self, box: Box, words: Words) -> list[str]:
        if self._naming.every("roles", box.roles):
            return []
        return [self._role(each.name, words) for each in self._naming.roles(box.roles)]

    def _role(self, name: str, words: Words) -> str:
        known = name in self.base.groups or (name not in self.edition.groups and name in self.base.roles)
        return _told(words.whoever(name), name, words, known=known)

    def _group(self, name: str, words: Words) -> str:
        return _told(words.recipient(name), name, words, known=name in self.base.groups)

    def _why(self, box: Box) -> Sequence[Cover]:
        if box.purposes == (NONE_PURPOSE,) or self._naming.every("purposes", box.purposes):
            return ()
        return self._naming.purposes(box.purposes)

    def _whom(self, box: Box) -> Sequence[Cover]:
        if box.recipients == box.roles or self._naming.every("groups", box.recipients):
            return ()
        return self._naming.groups(box.recipients)

    def _what(self, cover: Cover, words: Words, both: str, comma: str, counted: str) -> str:
        """A field by its path; a category by its label, with its fields or their number."""
        if cover.holds == (cover.name,):
            return _path(cover.name)
        few = len(cover.holds) <= LISTED
        held = comma.join(map(_path, cover.holds)) if few else counted.format(len(cover.holds))
        label = _told(words.field(cover.name), cover.name, words, known=cover.name in self.base.categories)
        return both.format(label, held)


def _told(label: str, name: str, words: Words, *, known: bool) -> str:
    """A label; one that nobody agreed to yet with its name."""
    return label if known else words.beside(label, name)


def _worded(edition: Edition, base: Edition) -> Edition:
    """An edition whose roles, groups and categories are called as in another, where that has them."""
    return replace(
        edition,
        roles=_called(edition.roles, base.roles),
        groups=_called(edition.groups, base.groups),
        categories=_called(edition.categories, base.categories),
    )


def _called(tree: Tree, base: Tree) -> Tree:
    known = base.nodes
    return Tree(
        {
            name: node._replace(ja=known[name].ja, en=known[name].en) if name in known else node
            for name, node in tree.nodes.items()
        }
    )


def _path(field: str) -> str:
    return f"`{field.removeprefix(_USER)}`"


def _and(parts: Sequence[str]) -> str:
    return joined(parts, ", ", " and ")


def _rules(box: Box) -> Sequence[str]:
    """The rules that decide, before or after."""
    return tuple(dict.fromkeys((*box.before, *box.after)))


def _actions(box: Box) -> Sequence[str]:
    return (ANY,) if len(box.actions) == len(Action) else box.actions


def _rest(box: Box, partly: str, wholly: str) -> str:
    """That what is not told stays as it was: other conditions of the rules, and refusals."""
    if not box.condition.wholly:
        return partly
    return wholly if box.refused and box.condition.direction is Direction.WIDENS else ""
