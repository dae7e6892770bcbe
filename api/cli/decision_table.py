"""A file of the decision table, read for the command line."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from api.cli.policy_told import say
from api.cli.told import CommandError, Language
from policies.edition import HERE
from policies.expectation import NO_FACTS, Expectation
from policies.plain_file import read_plain
from policies.rule import JOIN
from policies.table import DECISIONS, FIRST_ROW
from policies.vocabulary import Effect, Fact

SHIPPED_TABLE = HERE / f"{DECISIONS}.csv"


def read_cases(table: Path, lang: Language) -> tuple[Expectation, ...]:
    """All rows of a table.

    Raises:
        CommandError: it is not there, is no CSV in UTF-8, or has another header or a row that is not full.
    """
    try:
        text = io.StringIO(read_plain(table), newline="")
        header, *lines = list(csv.reader(text)) or [[]]
    except FileNotFoundError as error:
        raise CommandError(say("TABLE_MISSING", lang)) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(say("TABLE_UNREADABLE", lang, why=type(error).__name__)) from error
    if tuple(header) != Expectation._fields:
        raise CommandError(say("TABLE_HEADER", lang, header=",".join(Expectation._fields)))
    for number, line in enumerate(lines, FIRST_ROW):
        if len(line) != len(Expectation._fields):
            has = {"row": number, "cells": len(line), "of": len(Expectation._fields)}
            raise CommandError(say("TABLE_CELLS", lang, **has))
    return tuple(Expectation(*line) for line in lines)


def check_cases(cases: Sequence[Expectation], lang: Language) -> None:
    """Refuse a row whose answer could never be right, for its spelling alone; its rule may come after it.

    Raises:
        CommandError: with the row and the column.
    """
    known = {"expected": set(map(str, Effect))}
    facts = {*map(str, Fact), *NO_FACTS}
    for number, case in enumerate(cases, FIRST_ROW):
        wrong = [column for column, names in known.items() if getattr(case, column) not in names]
        wrong += [] if facts.issuperset(case.facts.split(JOIN)) else ["facts"]
        if wrong:
            raise CommandError(say("TABLE_NAME", lang, row=number, column=wrong[0]))
