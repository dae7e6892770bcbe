"""Ways to reach people who do not exist: addresses and numbers that nobody can have."""

from collections import Counter

from models.demo.dice import Dice

DOMAINS = ("example.jp", "example.com", "example.org", "example.net", "example.ne.jp")
"""Domains kept for examples (RFC 2606, and those of the registry of `.jp`)."""

_PREFIXES = ("+8170", "+8190")
_PER_PREFIX = 10**7
_NUMBERS = len(_PREFIXES) * _PER_PREFIX
_STRIDE = 7_654_321


class Contacts:
    """Gives each person an e-mail address and a telephone number that nobody else here has."""

    def __init__(self, dice: Dice) -> None:
        self._given: Counter[str] = Counter()
        self._next = dice.randrange(_NUMBERS)

    def email(self, dice: Dice, roman: str) -> str:
        """The last and first word of the name, and a number from the second such person on, at a domain."""
        words = roman.lower().split()
        name = f"{words[-1]}.{words[0]}"
        self._given[name] += 1
        number = self._given[name]
        return f"{name}{number if number > 1 else ''}@{dice.choice(DOMAINS)}"

    def phone(self) -> str:
        """A mobile number whose first digit after 070 or 090 is 0, which the numbering plan gives to nobody.

        080 is left out: 0800 numbers exist, and are free of charge.
        """
        self._next = (self._next + _STRIDE) % _NUMBERS
        prefix, rest = divmod(self._next, _PER_PREFIX)
        return f"{_PREFIXES[prefix]}0{rest:07d}"
