"""The parts of an edition, read from the rows of its tables and held against each other."""

from collections.abc import Mapping

from policies.check import fields as of_fields
from policies.check import purposes as of_purposes
from policies.check import texts, trees
from policies.check.rules import Names, rules
from policies.expectation import expectations
from policies.mistake import Mistake
from policies.table import DECISIONS, FIELDS, Row
from policies.vocabulary import PERSON


def parts_of(
    rows: Mapping[str, list[Row]], fields: Mapping[str, str]
) -> tuple[dict[str, object], list[Mistake]]:
    """The parts by their names in `Edition`, as far as they can be read, and every mistake in them.

    `fields` are the fields of personal data, each with its category.
    """
    roles, wrong_roles = trees.roles(rows["roles"])
    groups, wrong_groups = trees.groups(rows["groups"])
    categories, wrong_categories = trees.categories(rows["categories"])
    purposes, wrong_purposes = of_purposes.purposes(rows["purposes"])
    guards, wrong_guards = of_fields.guards(rows["guards"], categories)
    questions, wrong_questions = of_fields.questions(rows["questions"], categories)
    answers = {question.field for question in questions.values()}
    names = Names(
        role=roles,
        purpose=purposes,
        field=(*categories, *fields, *guards, *answers),
        recipient=groups,
        personal={*categories.within(PERSON), *categories.ancestors(PERSON), *fields, *answers},
    )
    found, wrong_rules = rules(rows["rules"], names)
    expected, unexpectable = expectations(rows[DECISIONS])
    parts = {
        "rules": found,
        "purposes": purposes,
        "categories": categories,
        "roles": roles,
        "groups": groups,
        "questions": questions,
        "guards": guards,
        "expectations": expected,
    }
    return parts, [
        *wrong_purposes,
        *wrong_categories,
        *wrong_guards,
        *wrong_roles,
        *wrong_groups,
        *wrong_questions,
        *of_fields.declared(fields, guards, categories, rows[FIELDS]),
        *wrong_rules,
        *texts.unscreened(rows["rules"], questions, categories, groups),
        *unexpectable,
    ]
