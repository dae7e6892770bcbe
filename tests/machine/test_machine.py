"""Registration, consent, stages, holds and reads in any order: the oracle and the ledger agree after each step."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from api.gateway.changes import consent, hold, stage
from api.gateway.record import Record
from api.gateway.release import registers
from policies.edition import Edition
from tests.machine.ground import Ground, Opened
from tests.machine.machine import Machine

RUNS, STEPS = 10, 14
SETTINGS = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
NEVER = " AND 1 = 0"


@pytest.fixture(scope="module")
def ground(database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    opened = Opened(database_url, tmp_path_factory.mktemp("var"), edition)
    try:
        yield opened.ground
    finally:
        opened.close()


def test_after_each_step_the_oracle_and_the_ledger_agree(ground: Ground) -> None:
    Machine.ground = ground
    run_state_machine_as_test(Machine, settings=SETTINGS)
    assert ground.compared > RUNS * 8
    assert ground.outcomes["done"] > RUNS * 5
    assert ground.outcomes["refused BAD_INPUT"] > RUNS * 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what finds a fault is the same on both
@pytest.mark.parametrize(
    ("target", "name", "broken"),
    [
        (consent, "_WITHDRAW", consent._WITHDRAW + NEVER),  # noqa: SLF001 - what is broken here
        (hold, "_LIFT", hold._LIFT + NEVER),  # noqa: SLF001
        (stage, "FORWARD", ()),
        (registers, "_CHANGES", registers._CHANGES.replace("at DESC", "at ASC")),  # noqa: SLF001
        (Record, "wrote", lambda _record, _ref, _fields, _guard: None),
    ],
    ids=[
        "a withdrawal forgotten",
        "a hold not lifted",
        "a stage back",
        "a history turned",
        "a writing not told",
    ],
)
def test_a_gateway_with_one_fault_is_found_out(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, target: object, name: str, broken: object
) -> None:
    Machine.ground = ground
    monkeypatch.setattr(target, name, broken)
    hasty = settings(SETTINGS, max_examples=100, phases=[Phase.generate], report_multiple_bugs=False)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Machine, settings=hasty)
