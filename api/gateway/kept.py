"""The kept: what took time to make, within a budget; what was asked for least lately is made anew."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Values by their keys, each of a size; together no larger than `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._all)

    def get(self, key: Key) -> Value | None:
        """The value of a key, asked for last from now on."""
        found = self._all.get(key)
        if found is None:
            return None
        self._all.move_to_end(key)
        return found[0]

    def newest(self) -> tuple[Value, ...]:
        """Every value, those asked for last first."""
        return tuple(value for value, _ in reversed(self._all.values()))

    def drop(self, key: Key) -> None:
        """Keep a value no longer."""
        old = self._all.pop(key, None)
        self.size -= old[1] if old else 0

    def keep(self, key: Key, value: Value, size: int = 1) -> None:
        """Keep a value, in the place of those that were asked for least lately."""
        self.drop(key)
        self.size += size
        self._all[key] = value, size
        while self.size > self._most:
            _, (_, dropped) = self._all.popitem(last=False)
            self.size -= dropped
