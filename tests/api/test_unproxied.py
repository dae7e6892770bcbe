"""An installation that trusts no proxy believes nobody about who calls, or with what certificate."""

from models.clients.client import Binding
from tests.api.certificates import as_pem
from tests.api.test_attack_tokens import registered
from tests.api.test_certificate import MINE
from tests.api.test_certificate import grant as grant_with
from tests.api.test_networks import NETWORKS, OWN, PROXY, STRANGER, ask, grant
from tests.world import World


async def test_without_the_setting_no_header_is_a_certificate(a_world: World) -> None:
    async with registered(a_world, "employer-a", binding=Binding.CERTIFICATE):
        granted = await grant_with(a_world, PROXY, as_pem(MINE))
        assert (granted.status_code, granted.json()["error"]) == (400, "invalid_request")


async def test_without_trusted_proxies_nobody_is_believed(a_world: World) -> None:
    async with registered(a_world, "employer-a", networks=NETWORKS):
        assert (await ask(a_world, PROXY, OWN)).status_code == 403
        assert (await ask(a_world, OWN, STRANGER)).status_code == 200
        assert (await grant(a_world, PROXY, OWN)).status_code == 401
