"""The published edition that somebody names: by its number, by its id or the beginning of it, or by nothing."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from models.formats.wrong import Sentence

SHORTEST: Final = 4
"""Characters of an id that name an edition at least."""


NONE: Final = Sentence(
    "no edition is in force: run `mokuteki init` first",
    "施行中の版がありません。先に`mokuteki init`を実行してください",
)
SHORT: Final = Sentence(
    f"this is too short for an edition: give its number, or {SHORTEST} characters of its id or more",
    f"版の指定が短すぎます。番号か、IDの先頭{SHORTEST}文字以上を指定してください",
)
UNKNOWN: Final = Sentence(
    "no published edition has this number or id: `mokuteki policy editions` lists them",
    "この番号やIDの版はありません。`mokuteki policy editions`で一覧を確認できます",
)
SEVERAL: Final = Sentence(
    "the ids of several editions begin so: give more of the id",
    "この文字で始まるIDの版が複数あります。IDをもっと長く指定してください",
)


class NoSuchEdition(LookupError):  # noqa: N818 - it names the state
    """No published edition is named so, or several are; `told` says it in both languages."""

    def __init__(self, told: Sentence) -> None:
        self.told = told
        super().__init__(told.en)


class Published(NamedTuple):
    """The number under which an edition was published, and its id."""

    number: int
    id: str


def choose(known: Sequence[Any], asked: str | None) -> Published:
    """Which of these numbers and ids, the newest first, is asked for; the newest where none is.

    An edition that was published several times is the newest of them by its id.

    Raises:
        NoSuchEdition: with the remedy.
    """
    published = [Published(int(each[0]), str(each[1])) for each in known]
    if not published:
        raise NoSuchEdition(NONE)
    if asked is None:
        return published[0]
    if not asked.isdigit() and len(asked) < SHORTEST:
        raise NoSuchEdition(SHORT)
    found = [each for each in published if asked == str(each.number) or _begins(each.id, asked)]
    if not found:
        raise NoSuchEdition(UNKNOWN)
    if len({each.id for each in found}) > 1:
        raise NoSuchEdition(SEVERAL)
    return found[0]


def _begins(name: str, asked: str) -> bool:
    return len(asked) >= SHORTEST and name.startswith(asked.lower())
