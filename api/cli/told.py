"""What commands tell, and how: on standard output, on standard error, and how long work takes."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any, Final
from unicodedata import category

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""The categories of Unicode that a terminal obeys, or shows as nothing: controls, marks of direction, ends of lines."""


def visible(text: str, keep: str = "") -> str:
    """The text with each hidden character spelled out, as Python escapes it, but those of `keep`."""
    if text.isprintable():
        return text
    return "".join(
        each.encode("unicode_escape").decode() if category(each) in HIDDEN and each not in keep else each
        for each in text
    )


_PART: Final = re.compile(
    r"[（「『【]*(?:[^\s\u3000-\u9fff\uff00-\uffef]+|.)[、。，）」』】：]*|\s", re.DOTALL
)
"""What stays on one line: a name, or one character of Japanese, with the marks around it."""


class Teller(Console):
    """A console to which a text is a text: whoever wrote it has no say over the terminal of whoever reads it."""

    def __init__(self, *, stderr: bool = False, width: int | None = None) -> None:
        super().__init__(stderr=stderr, width=width, highlight=False, emoji=False)

    def render_str(self, text: str, **how: Any) -> Text:  # noqa: ANN401 - as Rich calls it
        """A text of several lines, or the cell of a table, as it is measured and printed."""
        return super().render_str(visible(text, keep="\n\t"), **how)


out = Teller()
err = Teller(stderr=True)


class CommandError(Exception):
    """A command that cannot be done: one sentence with the remedy, told as `ja` to whom the command speaks Japanese."""

    def __init__(self, sentence: str, ja: str = "") -> None:
        super().__init__(sentence)
        self.ja = ja


class Language(StrEnum):
    """The languages that texts are kept in."""

    JA = "ja"
    EN = "en"


LangOption = Annotated[Language, typer.Option("--lang", "--language", help="The language of the texts.")]


def examples(*lines: str) -> str:
    """The examples under the help of a command, each on a line of its own."""
    return "\n\n".join(("Examples:", *lines))


def counted(number: int, what: str) -> str:
    """A number with its noun: `1 rule`, `2 rules`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def listed(names: Iterable[str], lang: Language) -> str:
    """Names as the language sets them apart."""
    return ("、" if lang is Language.JA else ", ").join(names)


def tell_line(text: str | Text, teller: Teller = out) -> None:
    """Print one line; for a terminal it is broken between words, and between the characters of Japanese."""
    words = str(text)
    if teller.is_terminal and cell_len(words) > max(len(words), teller.width):
        text = _cut(text, broken(words, teller.width).split("\n"))
    teller.print(text, soft_wrap=not teller.is_terminal, markup=False)


def _cut(text: str | Text, lines: list[str]) -> Text:
    """The text in these lines, with its colours."""
    whole, parts, start = text if isinstance(text, Text) else Text(text), [], 0
    for line in lines:
        start = whole.plain.index(line, start)
        parts.append(whole[start : start + len(line)])
        start += len(line)
    return Text("\n").join(parts)


def broken(text: str, width: int) -> str:
    """Japanese in lines of this width: no name in it is broken, and no line begins with what ends a clause."""
    lines, line = list[str](), ""
    for part in _PART.findall(text):
        if line and cell_len(line + part.rstrip()) > width:
            lines.append(line.rstrip())
            line = part.lstrip()
        else:
            line += part
    return "\n".join((*lines, line))


@contextmanager
def bar(what: str, total: int | None = None) -> Iterator[Progress]:
    """A progress bar on standard error; nothing where nobody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        progress.add_task(what, total=total)
        yield progress


def shown(progress: Progress) -> Callable[[int, int | None], None]:
    """What work calls with how much of how much is done."""
    return lambda done, total: progress.update(progress.task_ids[0], completed=done, total=total)
