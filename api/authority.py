"""The authorization server over an open house."""

from api.fair.subjects import Subjects
from api.house import House
from api.tokens.authority import Authority
from api.tokens.flood import flood
from api.tokens.metadata import Offered
from api.tokens.trusted import Trusted
from models.clients.public_key import ALGORITHMS
from models.registry import Registry


def authority(house: House) -> Authority:
    """What the authorization server stands on."""
    settings = house.settings

    async def registry() -> Registry:
        return (await house.inforce.current()).registry

    return Authority(
        tokens=house.tokens,
        edition=lambda: house.inforce.edition_in_force,
        bindings=house.bindings,
        store=house.store,
        subjects=Subjects(house.fair, registry, house.ledger.record),
        replays=house.assertions,
        trusted=Trusted(settings.trusted_issuers),
        flood=flood(settings.quotas.tokens_per_minute, house.counting.floods),
        count=house.metrics.token_request,
        offered=Offered(
            proofs=ALGORITHMS,
            certificates=house.bindings.certificate_header is not None,
        ),
    )
