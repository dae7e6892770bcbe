"""What the tests of the formats share: the code that an input is refused with."""

from collections.abc import Callable
from typing import Any

import pytest

from models.formats.wrong import Wrong


def wrong(read: Callable[..., Any], *given: Any, **named: Any) -> Wrong:
    with pytest.raises(Wrong) as caught:
        read(*given, **named)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None, "an exception beneath it may hold the input"
    return caught.value


def code(read: Callable[..., Any], *given: Any, **named: Any) -> str:
    return wrong(read, *given, **named).code
