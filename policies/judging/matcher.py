"""The matcher: Casbin itself, asked about the few rules that can matter."""

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Final, NamedTuple

import casbin  # type: ignore[import-untyped]  # pycasbin ships no types

from policies.judging.question import Question
from policies.rule import Rule, parse_needs, unmet
from policies.vocabulary import Effect, Standing

OLDEST: Final = (2, 8)
Edges = Mapping[str, Sequence[tuple[str, str]]]
"""For each role definition of the model, the steps from a name to a wider one."""


class WrongCasbinError(RuntimeError):
    """The installed Casbin is not the one whose behaviour is relied on."""


def refuse_wrong_casbin(pycasbin: str | None, frozen: str | None) -> None:
    """Refuse all but pycasbin 2.8 or later alone.

    The package `casbin` is frozen at 1.43 and writes into the same folder, so the later one would decide.

    Raises:
        WrongCasbinError: with the remedy.
    """
    if frozen is not None:
        raise WrongCasbinError(
            f"`casbin` {frozen} is installed beside `pycasbin`: uninstall both, then install `pycasbin`"
        )
    if pycasbin is None or tuple(int(part) for part in pycasbin.split(".")[:2]) < OLDEST:
        raise WrongCasbinError(f"`pycasbin` is {pycasbin or 'missing'}: install 2.8 or later")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


refuse_wrong_casbin(_installed("pycasbin"), _installed("casbin"))


def met(standing: Standing, needs: str) -> bool:
    """Whether the standing meets the needs of a rule; empty needs are never met.

    Raises:
        ValueError: the needs name something that is no fact.
    """
    return bool(needs) and not unmet(parse_needs(needs), standing)


def in_order(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules in the order in which Casbin names the first of either effect in the file as the one that decided.

    It stops at the first deny that matches, and else names the last allow.
    """
    denies = [rule for rule in rules if rule.effect is Effect.DENY]
    allows = [rule for rule in rules if rule.effect is Effect.ALLOW]
    return (*denies, *reversed(allows))


class Verdict(NamedTuple):
    """What Casbin said, and the rule it named."""

    allowed: bool
    rule: str | None


class Matcher:
    """An enforcer with some rules and the steps to wider names; it never changes."""

    def __init__(self, model: str, rules: Sequence[Rule], edges: Edges) -> None:
        filled = casbin.Enforcer.new_model(text=model)
        filled["p"]["p"].policy = [list(rule.casbin_row()) for rule in in_order(rules)]
        for definition, steps in edges.items():
            filled["g"][definition].policy = [list(step) for step in steps]
        self.size = len(rules)
        self._enforcer = casbin.Enforcer(filled)
        self._enforcer.build_role_links()
        self._enforcer.add_function("met", met)

    def ask(self, question: Question) -> Verdict:
        """Casbin's answer, and the first deny that matched, else the first allow, else no rule.

        Raises:
            Exception: whatever Casbin's evaluation of the matcher raises.
        """
        allowed, row = self._enforcer.enforce_ex(*question)
        effect = Effect.ALLOW if allowed else Effect.DENY
        return Verdict(allowed is True, row[0] if row and row[1] == effect else None)
