from tests.world import World


async def test_a_frontend_reads_a_band_and_is_refused_the_phone(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    answer = await a_world.ask(
        "frontend",
        'query($id: ID!) @purpose(id: "service.matching") { user(id: $id) { id ageBand phone } }',
        {"id": user},
    )
    assert answer["data"]["user"]["ageBand"]
    assert answer["data"]["user"]["phone"] is None
    assert a_world.codes(answer) == ["FIELD_FORBIDDEN"]
