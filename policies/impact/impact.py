"""The whole: the impact of one edition after another, at once or in pieces."""

from collections.abc import Iterable

from policies.edition import Edition
from policies.impact.beside import beside
from policies.impact.box import Box, boxes
from policies.impact.change import DECISION, Change, Impact
from policies.impact.comparison import Comparison, Part, Slice
from policies.impact.outcome import Direction
from policies.impact.sentence import Sentences


def impact(old: Edition, new: Edition) -> Impact:
    """All that `new` would change of `old`."""
    comparison = Comparison(old, new)
    return merged(old, new, (comparison.of(piece) for piece in comparison.slices))


def slices(old: Edition, new: Edition) -> tuple[Slice, ...]:
    """The pieces of an impact, each of which needs none of the others."""
    return Comparison(old, new).slices


def of_slice(old: Edition, new: Edition, piece: Slice) -> Part:
    """What changes in one piece; for several, keep a `Comparison`."""
    return Comparison(old, new).of(piece)


def merged(old: Edition, new: Edition, parts: Iterable[Part]) -> Impact:
    """The impact of all its pieces together, in their order."""
    order = {path: place for place, path in enumerate(sorted({*new.fields, *old.fields}))}
    found = boxes((each for part in parts for each in part), order)
    after, before = Sentences(new, old), Sentences(old, old)
    decided = [
        _change(box, after if box.condition.direction is Direction.WIDENS else before) for box in found
    ]
    weight = list(Direction)
    changes = sorted((*decided, *beside(old, new, decided)), key=lambda each: weight.index(each.direction))
    changed = dict.fromkeys(field for box in found for field in box.fields)
    categories = {**old.fields, **new.fields}
    return Impact(
        old=old.id,
        new=new.id,
        changes=tuple(changes),
        categories=tuple((field, categories[field]) for field in changed),
    )


def _change(box: Box, words: Sentences) -> Change:
    condition = box.condition
    return Change(
        direction=condition.direction,
        kind=DECISION,
        ja=words.japanese(box),
        en=words.english(box),
        roles=box.roles,
        actions=box.actions,
        purposes=box.purposes,
        fields=box.fields,
        recipients=box.recipients,
        given=condition.given,
        when=condition.when,
        wholly=condition.wholly,
        decisions=box.decisions,
        refused=box.refused,
        before=box.before,
        after=box.after,
    )
