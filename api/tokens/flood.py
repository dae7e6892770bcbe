"""The flood: how many requests for tokens an address and a client may bring."""

from api.fair.flood import Flood
from api.fair.memory import MemoryWindows
from api.fair.window import Windows

ADDRESS, CLIENT = "token-address", "token-client"
USUAL_REQUESTS = 600
"""How many requests in a minute one address may bring, before anything is looked up for it."""

CLIENT_SHARE = 5
"""How many times as much one client may bring, from all its addresses, once it proved itself."""

MOST_SENDERS = 20_000
"""How many senders are remembered."""


def flood(requests: int = USUAL_REQUESTS, windows: Windows | None = None) -> Flood:
    """What counts the requests of each address and of each client that proved itself; in this process by default."""
    most = {ADDRESS: requests, CLIENT: requests * CLIENT_SHARE}
    return Flood(windows or MemoryWindows(most=MOST_SENDERS), most)
