"""A command that is not written as it is taken: one sentence with the nearest that is known, and the end is 2."""

from pathlib import Path

import pytest

from tests.cli.conftest import Mokuteki

SENTENCES = [
    ("polcy", "`polcy` is no command of `mokuteki`: did you mean `policy`?"),
    ("policy chek", "`chek` is no command of `mokuteki policy`: did you mean `check`?"),
    ("policy zzzz", "`zzzz` is no command of `mokuteki policy`: `mokuteki policy --help` lists them"),
    ("client ad", "`ad` is no command of `mokuteki client`: did you mean `add`?"),
    (
        "policy check --languge ja",
        "`--languge` is no option of `mokuteki policy check`: did you mean `--language`?",
    ),
    (
        "policy check -q",
        "`-q` is no option of `mokuteki policy check`: `mokuteki policy check --help` lists them",
    ),
    (
        "policy publish",
        "`DRAFT` is missing: write `mokuteki policy publish DRAFT --hash HASH --note WHY`",
    ),
    (
        "policy align X",
        "`--if-version` is missing: write `mokuteki policy align DRAFT --if-version N`",
    ),
    (
        "policy drafts --state OPENN",
        "`--state` takes `OPEN`, `SCHEDULED`, `PUBLISHED` or `WITHDRAWN`: write one of them",
    ),
    ("policy replay --days many", "`--days` takes a whole number from 1 to 366: write one"),
    ("demo --people 3", "`--people` takes a whole number of 9 or more: write one"),
    ("policy align X --if-version two", "`--if-version` takes a whole number: write one"),
    ("policy editions --json=1", "`--json` takes no value: write it alone"),
    ("policy publish X --note", "`--note` needs a value: write one behind it"),
    (
        "policy push a b --note because",
        "`mokuteki policy push` takes `FOLDER` and nothing behind it: leave the rest out, or quote a text with blanks",
    ),
    (
        "policy editions a",
        "`mokuteki policy editions` takes options only: leave the rest out, or quote a text with blanks",
    ),
    ("policy check --lang de", "`--language` takes `ja` or `en`: write one of them"),
]

IN_JAPANESE = [
    (
        "policy chek --language ja",
        "`mokuteki policy`に`chek`というコマンドはありません。`check`のことですか",
    ),
    (
        "policy zzzz --lang=ja",
        "`mokuteki policy`に`zzzz`というコマンドはありません。`mokuteki policy --help`で一覧を確認できます",
    ),
    (
        "policy editions --jsn --language ja",
        "`mokuteki policy editions`に`--jsn`というオプションはありません。`--json`のことですか",
    ),
    (
        "policy publish --language ja",
        "`DRAFT`がありません。`mokuteki policy publish DRAFT --hash HASH --note WHY`のように指定してください",
    ),
    (
        "policy drafts --language ja --state OPENN",
        "`--state`に指定できるのは`OPEN`、`SCHEDULED`、`PUBLISHED`、`WITHDRAWN`です。いずれかを指定してください",
    ),
    ("policy replay --days 400 --lang ja", "`--days`は1から366までの整数で指定してください"),
    ("policy align X --if-version two --lang ja", "`--if-version`は整数で指定してください"),
    ("policy editions --json=1 --lang ja", "`--json`に値は付けられません。`--json`だけを書いてください"),
    ("policy publish X --lang ja --note", "`--note`に値がありません。続けて値を書いてください"),
    (
        "policy push a b --note because --lang ja",
        "`mokuteki policy push`に指定できるのは`FOLDER`だけです。残りを省くか、空白を含む文は引用符で囲んでください",
    ),
]


@pytest.mark.parametrize(("words", "sentence"), [*SENTENCES, *IN_JAPANESE])
def test_what_is_written_otherwise_is_one_sentence_with_the_remedy(
    mokuteki: Mokuteki, words: str, sentence: str
) -> None:
    assert mokuteki(*words.split()) == (2, "", f"mokuteki: {sentence}\n")


def test_what_is_told_back_has_no_say_over_the_terminal(mokuteki: Mokuteki) -> None:
    ran = mokuteki("policy", "\x1b[8mchek")
    assert ran.err == ("mokuteki: `\\x1b[8mchek` is no command of `mokuteki policy`: did you mean `check`?\n")


def test_commands_without_a_word_tell_what_there_is(mokuteki: Mokuteki) -> None:
    ran = mokuteki("policy")
    assert ran.code == 2
    assert "Usage: mokuteki policy" in ran.out + ran.err


def test_a_command_ends_as_it_says(mokuteki: Mokuteki, draft: object) -> None:
    """With another number than 0 and 1, and with 0 where it says none."""
    assert mokuteki("--version").code == 0
    assert mokuteki("policy", "check", str(draft)).code == 0


@pytest.mark.parametrize(
    ("words", "ja"),
    [
        (
            "policy show --purpose service.aplication",
            "`service.aplication`という利用目的はありません。近い名前は`service.application`、",
        ),
        ("policy drafts", "`sqlite://"),
        ("policy publish X --hash Y --note Z --at soon", "`--at`が日付でも日時でもありません。"),
        ("policy withdraw X --if-version 1 --operator !", "`--operator`が名前として使えません。"),
    ],
)
def test_what_cannot_be_done_is_told_in_the_language_asked_for(
    mokuteki: Mokuteki, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str, ja: str
) -> None:
    monkeypatch.setenv("MOKUTEKI_DATABASE_URL", f"sqlite://{tmp_path}/none.db")
    ran = mokuteki(*words.split(), "--language", "ja")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"mokuteki: {ja}"), ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("word", "en", "ja"),
    [
        ("a" * 300, "no file or folder can have a name as long", "名前としては長すぎます"),
        ("a\udcff", "an argument is no text in UTF-8", "UTF-8の文字列として読めません"),
    ],
    ids=["too long", "no text"],
)
def test_an_argument_that_no_folder_can_be_called_is_one_sentence(
    mokuteki: Mokuteki, word: str, en: str, ja: str
) -> None:
    for language, sentence in (("en", en), ("ja", ja)):
        ran = mokuteki("policy", "check", word, "--language", language)
        assert (ran.code, ran.out) == (1, "")
        assert sentence in ran.err
