"""The plan: which fields of personal data a selection needs, where each answers, and from which columns."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.gateway.documents.selection import TYPENAME, Selected
from models.catalogue import ANSWERS
from models.personal import Personal

ANSWERS_FIELD = "answers"
REGISTER_FIELDS = ("consents", "notices", "history", "accesses")
HISTORY = "history"
EXISTENCE = "User.id"
"""What an answer about a user tells where nothing else is asked: that there is one."""

EACH = "@"
"""The step of a path that stands for every item of a list."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One asked field of personal data: its path to the rules and where it answers.

    `named` is false for an answer of the form that is asked only as one of all that may be read.
    """

    path: str
    position: tuple[str, ...]
    named: bool = True


@dataclass(frozen=True, slots=True)
class UserPlan:
    """A selection on `User` with everything that does not depend on who asks.

    Attributes:
        selected: the selection itself.
        leaves: each asked field with the response keys below the user.
        asked: the paths of the leaves, each once.
        siblings: the fields of every asked nested object, which decide whether that object is null.
        objects: each nested object by name with the paths below it.
    """

    selected: tuple[Selected, ...]
    leaves: tuple[Leaf, ...]
    asked: tuple[str, ...]
    siblings: tuple[str, ...]
    objects: Mapping[str, tuple[str, ...]]

    @property
    def decided(self) -> tuple[str, ...]:
        """Every field that must be decided to answer."""
        return tuple(dict.fromkeys((*self.asked, *self.siblings)))

    def sought(self, seen: Collection[str]) -> tuple[Leaf, ...]:
        """The leaves, but for those that nobody named and nobody may see, where others beside them may be seen."""
        open_at = {leaf.position for leaf in self.leaves if leaf.path in seen}
        return tuple(
            leaf for leaf in self.leaves if leaf.named or leaf.path in seen or leaf.position not in open_at
        )


def user_plan(selected: Sequence[Selected], catalogue: Mapping[str, Personal]) -> UserPlan:
    """Read a selection on `User` against the catalogue."""
    objects = {each.name: paths for each in selected if (paths := _inside(each, catalogue))}
    leaves = tuple(_leaves(selected, catalogue))
    return UserPlan(
        selected=tuple(selected),
        leaves=leaves,
        asked=tuple(dict.fromkeys(leaf.path for leaf in leaves)) or (EXISTENCE,),
        siblings=tuple(dict.fromkeys(_beside(selected, objects, catalogue))),
        objects=objects,
    )


def _beside(
    selected: Sequence[Selected], objects: Mapping[str, tuple[str, ...]], catalogue: Mapping[str, Personal]
) -> Iterator[str]:
    """What must be decided though it is not asked: a nested object's other fields, all fields for a history of any."""
    for paths in objects.values():
        yield from paths
    if any(each.name == HISTORY for each in selected):
        yield from catalogue


def answer_keys(selected: Selected, catalogue: Mapping[str, Personal]) -> tuple[str, ...]:
    """The questions whose answers are asked: those named, or all; an unknown key asks for nothing."""
    known = tuple(path.removeprefix(ANSWERS) for path in catalogue if path.startswith(ANSWERS))
    keys = selected.arguments.get("keys")
    return known if keys is None else tuple(key for key in dict.fromkeys(keys) if key in known)


def _inside(each: Selected, catalogue: Mapping[str, Personal]) -> tuple[str, ...]:
    """The fields of a nested object, though none of them is asked; nothing for any other field."""
    if each.name == ANSWERS_FIELD:
        return ()
    return tuple(path for path in catalogue if path.startswith(f"User.{each.name}."))


def _leaves(selected: Sequence[Selected], catalogue: Mapping[str, Personal]) -> Iterator[Leaf]:
    for each in selected:
        if each.name == TYPENAME:
            continue
        if each.name == ANSWERS_FIELD:
            named = each.arguments.get("keys") is not None
            for key in answer_keys(each, catalogue):
                yield Leaf(ANSWERS + key, (each.key,), named)
        elif not _inside(each, catalogue):
            yield Leaf(f"User.{each.name}", (each.key,))
        else:
            for child in each.children:
                if child.name != TYPENAME:
                    yield Leaf(f"User.{each.name}.{child.name}", (each.key, child.key))
