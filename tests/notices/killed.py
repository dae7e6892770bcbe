"""A sender in a process of its own, which a test kills between the post and the mark.

`python -m tests.notices.killed DATABASE_URL` takes the signing key from standard input and says `posted` once the
receiver has taken the notice and before that is written.
"""

import asyncio
import json
import sys

from joserfc.jwk import ECKey

from api.notices import sender as sending
from api.tokens.keys import Keyring, RingKey
from models.database.opening import opened
from models.database.store import Store
from models.notices.box import Letter
from tests.notices.box import Box


async def posted(_store: Store, _letter: Letter, _now: object) -> None:
    """In the place of the mark: it is never made."""
    sys.stdout.write("posted\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


async def main(url: str, key: str) -> None:
    """Send until killed."""
    setattr(sending, "taken", posted)  # noqa: B010 - what a module imports is not its own
    async with opened(url, pool_size=2) as store:
        box = Box(store, ring=Keyring.of([RingKey(ECKey.import_key(json.loads(key)), 0.0)]))
        async with box.sending():
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.stdin.readline()))
