"""The usage: how a command is taken, told in one sentence where it was written otherwise."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from typer.exceptions import TyperException

from api.cli.told import Language, visible

LIKE: Final = 0.6
"""How much alike a name must be to be meant, as `difflib` measures it."""

SENTENCES: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.EN: {
        "COMMAND": "`{asked}` is no command of `{command}`: {remedy}",
        "COMMAND_MISSING": "no command is named: `{command} --help` lists those of `{command}`",
        "OPTION": "`{asked}` is no option of `{command}`: {remedy}",
        "NEAR": "did you mean `{near}`?",
        "LISTED": "`{command} --help` lists them",
        "MISSING": "`{name}` is missing: write `{usage}`",
        "VALUE_MISSING": "`{name}` needs a value: write one behind it",
        "VALUE_UNWANTED": "`{name}` takes no value: write it alone",
        "CHOICE": "`{name}` takes {choices}: write one of them",
        "NUMBER": "`{name}` takes a whole number: write one",
        "NUMBER_FROM": "`{name}` takes a whole number of {least} or more: write one",
        "NUMBER_WITHIN": "`{name}` takes a whole number from {least} to {most}: write one",
        "TOO_MANY": "`{command}` takes {arguments}: leave the rest out, or quote a text with blanks",
        "ARGUMENTS": "{names} and nothing behind it",
        "NO_ARGUMENTS": "options only",
        "OTHER": "{told}: `{command} --help` tells how it is written",
    },
    Language.JA: {
        "COMMAND": "`{command}`に`{asked}`というコマンドはありません。{remedy}",
        "COMMAND_MISSING": "コマンドが指定されていません。`{command} --help`で一覧を確認できます",
        "OPTION": "`{command}`に`{asked}`というオプションはありません。{remedy}",
        "NEAR": "`{near}`のことですか",
        "LISTED": "`{command} --help`で一覧を確認できます",
        "MISSING": "`{name}`がありません。`{usage}`のように指定してください",
        "VALUE_MISSING": "`{name}`に値がありません。続けて値を書いてください",
        "VALUE_UNWANTED": "`{name}`に値は付けられません。`{name}`だけを書いてください",
        "CHOICE": "`{name}`に指定できるのは{choices}です。いずれかを指定してください",
        "NUMBER": "`{name}`は整数で指定してください",
        "NUMBER_FROM": "`{name}`は{least}以上の整数で指定してください",
        "NUMBER_WITHIN": "`{name}`は{least}から{most}までの整数で指定してください",
        "TOO_MANY": "`{command}`に指定できるのは{arguments}だけです。残りを省くか、空白を含む文は引用符で囲んでください",
        "ARGUMENTS": "{names}",
        "NO_ARGUMENTS": "オプション",
        "OTHER": "コマンドの書き方が違います（{told}）。`{command} --help`で書き方を確認できます",
    },
}
"""The sentences by code; a name that nobody knows stands in them as it was written."""


def language_of(words: Sequence[str]) -> Language:
    """The language that the words of a command ask for, however little else of them is right."""
    asked = [
        value for word, behind in zip(words, (*words[1:], ""), strict=True) for value in _asked(word, behind)
    ]
    return Language.JA if asked and asked[-1] == Language.JA else Language.EN


def usage(error: TyperException, words: Sequence[str]) -> str:
    """What is wrong with the words of a command, which Typer could not read, and the remedy.

    Blank where a command was named without any word, which has told its help.
    """
    return _Usage(error, words, SENTENCES[language_of(words)]).sentence()


def _asked(word: str, behind: str) -> Iterator[str]:
    option, mark, value = word.partition("=")
    if option in {"--lang", "--language"}:
        yield value if mark else behind


class _Usage:
    """One fault of the words of a command; Typer's own names for its kinds are not public."""

    def __init__(self, error: TyperException, words: Sequence[str], sentences: Mapping[str, str]) -> None:
        self._error = error
        self._words = words
        self._sentences = sentences
        context: Any = getattr(error, "ctx", None)
        self._command: str = context.command_path if context else "mokuteki"
        self._made: Any = context.command if context else None

    def sentence(self) -> str:
        error: Any = self._error
        kind = type(error).__name__
        if kind == "NoArgsIsHelpError":
            return ""
        if kind == "NoSuchOption":
            known = [option for each in self._params() for option in each.opts]
            return self._unknown("OPTION", error.option_name, [*known, "--help"])
        if kind == "BadOptionUsage":
            with_value = any(word.startswith(f"{error.option_name}=") for word in self._words)
            return self._say("VALUE_UNWANTED" if with_value else "VALUE_MISSING", name=error.option_name)
        has_param = getattr(error, "param", None) is not None
        return self._of_parameter(error, kind) if has_param else self._of_all(kind)

    def _of_parameter(self, error: Any, kind: str) -> str:  # noqa: ANN401 - as Typer makes it
        if kind == "MissingParameter":
            return self._say("MISSING", name=_name(error.param), usage=self._form())
        return self._misfit(error.param)

    def _of_all(self, kind: str) -> str:
        if kind != "UsageError" or self._made is None:
            return self._other()
        return self._no_command() if hasattr(self._made, "commands") else self._too_many()

    def _other(self) -> str:
        return self._say("OTHER", told=visible(self._error.format_message()).rstrip("."))

    def _say(self, code: str, **named: object) -> str:
        return self._sentences[code].format_map({"command": self._command, **named})

    def _params(self) -> Iterable[Any]:
        return self._made.params if self._made is not None else ()

    def _unknown(self, code: str, asked: str, known: Iterable[str]) -> str:
        near = get_close_matches(asked, known, n=1, cutoff=LIKE)
        remedy = self._say("NEAR", near=near[0]) if near else self._say("LISTED")
        return self._say(code, asked=visible(asked[:60]), remedy=remedy)

    def _no_command(self) -> str:
        behind = self._words[len(self._command.split()) - 1 :]
        asked = next((word for word in behind if not word.startswith("-")), None)
        return (
            self._say("COMMAND_MISSING")
            if asked is None
            else self._unknown("COMMAND", asked, self._made.commands)
        )

    def _form(self) -> str:
        """The command with all that it must have."""
        needed = [each for each in self._params() if each.required]
        named = [f"{_name(each)} {each.metavar or each.name.upper()}" for each in needed if _is_option(each)]
        return " ".join((self._command, *(_name(each) for each in needed if not _is_option(each)), *named))

    def _too_many(self) -> str:
        names = " ".join(_name(each) for each in self._params() if not _is_option(each))
        arguments = self._say("ARGUMENTS", names=f"`{names}`") if names else self._say("NO_ARGUMENTS")
        return self._say("TOO_MANY", arguments=arguments)

    def _misfit(self, param: Any) -> str:  # noqa: ANN401 - as Typer calls it
        kind, name = param.type_descriptor, _name(param)
        if kind.is_choice:
            return self._say(
                "CHOICE", name=name, choices=self._either([str(each.value) for each in kind.choices])
            )
        if kind.annotation is not int:
            return self._other()
        least, most = kind.parameter_info.min, kind.parameter_info.max
        code = "NUMBER" if least is None else "NUMBER_FROM" if most is None else "NUMBER_WITHIN"
        return self._say(code, name=name, least=least, most=most)

    def _either(self, names: Sequence[str]) -> str:
        *most, last = [f"`{each}`" for each in names]
        if self._sentences is SENTENCES[Language.JA]:
            return "、".join((*most, last))
        return f"{', '.join(most)} or {last}" if most else last


def _is_option(param: Any) -> bool:  # noqa: ANN401 - as Typer calls it
    return bool(param.param_type_name == "option")


def _name(param: Any) -> str:  # noqa: ANN401 - as Typer calls it
    """What a parameter is called where commands are told: `--note`, `DRAFT`."""
    return str(param.opts[-1] if _is_option(param) else (param.metavar or param.name).upper())
