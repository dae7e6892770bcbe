"""The banned: what the policy has no place for, refused by its name."""

from models.formats.wrong import Wrong
from policies.banned import banned


def refuse_banned(name: str) -> None:
    """Refuse a name of a field for what may not be collected.

    Raises:
        Wrong: `BANNED_…`, with the reason and the law.
    """
    code = banned(name)
    if code is not None:
        raise Wrong(code)
