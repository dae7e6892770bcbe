"""The rows by which stock Casbin answers like the judge: every rule of an edition, and every step to a wider name."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from casbin.persist import Adapter  # type: ignore[import-untyped]  # pycasbin ships no types

from policies.edition import Edition
from policies.judging.matcher import in_order
from policies.judging.reach import Reach

Rows = Mapping[str, tuple[tuple[str, ...], ...]]
"""For `p` and each role definition of the model its rows, in their order."""


class ReadOnly(TypeError):  # noqa: N818 - it names the state
    """Somebody would save what only a published edition changes."""


def casbin_rows(edition: Edition, recipients: Mapping[str, str]) -> Rows:
    """The rows of an edition and of a register of recipients (id to group).

    The order is the judge's, so that `enforce_ex` names the rule that decided. A recipient that the judge would
    refuse for its name has no row.
    """
    rules = tuple(rule.casbin_row() for rule in in_order(edition.rules))
    steps = Reach(edition, recipients).every_edge()
    return {"p": rules, **{definition: tuple(edges) for definition, edges in steps.items()}}


def lines(rows: Rows) -> Iterator[str]:
    """The rows as the policy file of any Casbin holds them: `p, rule, eft, …`, then `g, name, wider`."""
    return (", ".join((definition, *row)) for definition, each in rows.items() for row in each)


def fill(model: Any, rows: Rows) -> None:  # noqa: ANN401 - pycasbin ships no types
    """Put the rows into a model of Casbin as its own adapters do; a model with other definitions takes none."""
    for definition, each in rows.items():
        model[definition[0]][definition].policy = [list(row) for row in each]


def refuse(*_given: object, **_named: object) -> NoReturn:
    """Every way by which Casbin would save.

    Raises:
        ReadOnly: always.
    """
    raise ReadOnly("this adapter only reads: an edition is changed by a draft that is approved and published")


class CasbinRows(Adapter):  # type: ignore[misc]  # pycasbin ships no types
    """An adapter of stock pycasbin for `casbin.Enforcer`: the rows of one edition and register, read before."""

    def __init__(self, edition: Edition, recipients: Mapping[str, str]) -> None:
        self._rows = casbin_rows(edition, recipients)

    def load_policy(self, model: Any) -> None:  # noqa: ANN401 - pycasbin ships no types
        """Fill a model whose rows were cleared."""
        fill(model, self._rows)

    save_policy = add_policy = add_policies = add_policies_ex = refuse
    update_policy = update_policies = update_filtered_policies = refuse
    remove_policy = remove_policies = remove_filtered_policy = refuse
