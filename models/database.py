"""The database: where it is, how it is opened, and how its tables come to be."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

RECORDS = (
    "models.user",
    "models.acquisition",
    "models.consent",
    "models.restraint",
    "models.application",
    "models.casefile",
    "models.recipient",
    "models.edition",
    "models.access",
)


def tortoise_config(url: str) -> dict[str, Any]:
    """What Tortoise needs to know to open `url` (`sqlite://path` or `postgres://…`)."""
    return {
        "connections": {"default": url},
        "apps": {
            "models": {
                "models": list(RECORDS),
                "default_connection": "default",
                "migrations": "models.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }
