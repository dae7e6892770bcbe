"""The doors of the registers: the root fields that tell of no person, each with what looks up its records."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from api.gateway.client_view import CLIENT_DOORS, look_up_clients
from api.gateway.ground_view import GROUND_DOORS, look_up_grounds
from api.gateway.job_view import JOB_DOORS, look_up_jobs
from api.gateway.recipient_view import RECIPIENT_DOORS, look_up_recipients
from api.gateway.running import Step
from models.database.store import Reader

LOOK_UPS: Mapping[str, Callable[[Reader, Step, date], Awaitable[Any]]] = MappingProxyType(
    {
        **dict.fromkeys(CLIENT_DOORS, look_up_clients),
        **dict.fromkeys(RECIPIENT_DOORS, look_up_recipients),
        **dict.fromkeys(GROUND_DOORS, look_up_grounds),
        **dict.fromkeys(JOB_DOORS, look_up_jobs),
    }
)
