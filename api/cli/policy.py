"""`mokuteki policy`: the rules, without any person."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import typer

from api.cli.declared import FIELDS as DECLARED
from api.cli.rooms import rooms
from api.cli.told import CommandError, Language, counted, err, tell_line
from policies.edition import Edition, shipped
from policies.folder import borrowed_model

__all__ = ["PAGES", "counted", "edition_of", "must_be_there", "policies", "tell_model"]

PAGES: Final = {
    "check": "api.cli.policy_check",
    "test": "api.cli.policy_table",
    "show": "api.cli.policy_show",
    "pull": "api.cli.policy_pull",
    "diff": "api.cli.policy_diff",
    "impact": "api.cli.policy_impact",
    "replay": "api.cli.policy_replay",
    "evidence": "api.cli.policy_evidence",
    "push": "api.cli.policy_push",
    "drafts": "api.cli.policy_drafts",
    "editions": "api.cli.policy_editions",
    "align": "api.cli.policy_rebase",
    "rebase": "api.cli.policy_rebase",
    "withdraw": "api.cli.policy_withdraw",
    "publish": "api.cli.policy_publish",
    "unschedule": "api.cli.policy_withdraw",
    "rollback": "api.cli.policy_rollback",
    "casbin": "api.cli.policy_casbin",
}
"""The module of each command; it is read when the command is called."""

BORROWED: Final[Mapping[Language, str]] = {
    Language.EN: "the folder has no model, so `{}` beside it is taken: put another into the folder if you mean one",
    Language.JA: "このフォルダにモデルがないため、隣の`{}`を使います。別のモデルを使うときはフォルダに置いてください",
}

NO_FOLDER: Final[Mapping[Language, str]] = {
    Language.EN: "there is no folder `{}`: name one that holds the rule files",
    Language.JA: "フォルダ`{}`がありません。規則のファイルがあるフォルダを指定してください",
}

policies = typer.Typer(
    help="The rules: read them, draft others, see what those would change, and put them in force.",
    epilog="A published edition is named by its number or the beginning of its id (`policy editions`), a draft by its id"
    " (`policy drafts`).",
    no_args_is_help=True,
    cls=rooms(PAGES),
)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(policies, name="policy")


def edition_of(folder: Path) -> Edition:
    """The edition of a folder; the model stands in it, beside it, or is the checkout's.

    Raises:
        PolicyError: with every mistake in the files.
    """
    return shipped(DECLARED, folder)


def must_be_there(folder: Path, lang: Language = Language.EN) -> None:
    """Refuse what is no folder, of which each file would be told as missing.

    Raises:
        CommandError: with the remedy.
    """
    if not folder.is_dir():
        raise CommandError(NO_FOLDER[lang].format(folder))


def tell_model(folder: Path, lang: Language = Language.EN) -> None:
    """Tell which model is taken where the folder has none and another than the checkout's stands beside it."""
    place = borrowed_model(folder)
    if place is not None:
        tell_line(BORROWED[lang].format(place), err)
