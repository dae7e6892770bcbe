"""The finished: what a door released before the executor runs, told under its response key."""

from typing import Any

import strawberry

from api.gateway.running import Running

Info = strawberry.Info[Running, None]


def finished(info: Info) -> Any:  # noqa: ANN401 - a finished value stands for any type
    """What the door released for this response key."""
    return info.context.finished[str(info.path.key)]
