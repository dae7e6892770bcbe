"""The told: what a refusal says, one sentence of `refusals.csv`, put into words when the language is known."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from models.formats.wrong import Sentence, read_sentences
from policies.judging.near_miss import NearMiss

SENTENCES: Final[Mapping[str, Sentence]] = read_sentences(Path(__file__).with_name("refusals.csv"))
"""The sentences by their names; `{…}` stands for a name or a number of ours, never for a user's value."""


def either(names: Iterable[str]) -> Sentence:
    """Names of ours as a choice, in both languages."""
    told = [f"`{each}`" for each in names]
    return Sentence(" or ".join(told), "か".join(told))


COMMA: Final[Mapping[str, str]] = {"ja": "、", "en": ", "}


class Told:
    """One sentence, and what stands in its places; `nearest` is a sentence itself, a list is of words in both."""

    __slots__ = ("_named", "_nearest", "_sentence", "name")

    def __init__(
        self,
        name: str,
        /,
        *,
        nearest: NearMiss | None = None,
        **named: str | float | Sequence[Sentence] | None,
    ) -> None:
        self.name = name
        self._sentence = SENTENCES[name]
        self._nearest = nearest
        self._named = named

    def text(self, language: str) -> str:
        """The words in `ja` or `en`."""
        words = self._sentence.of(language)
        named = {name: _listed(value, language) for name, value in self._named.items()}
        if self._nearest is None:
            return words.format_map(named)
        return words.format(nearest=self._nearest.by_names.text(language), **named)


def _listed(value: str | float | Sequence[Sentence] | None, language: str) -> str | float | None:
    if value is None or isinstance(value, str | int | float):
        return value
    return COMMA[language].join(each.of(language) for each in value)
