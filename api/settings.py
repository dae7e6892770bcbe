"""The settings of one installation: read once from the environment, refused with one sentence when wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from api.environment import Environment, SettingError, choice, numbers, refuse_unknown, said, whole
from api.fair import quotas
from api.fair.quotas import Quotas
from api.gateway import limits
from api.gateway.limits import Limits
from api.master_key import NoMasterKey, chosen_master_key
from api.reached import (
    address_of,
    certificate_header_of,
    database_of,
    host_of,
    issuer_of,
    origins_of,
    proxies_of,
    redis_of,
)
from api.secret_key import NoSecretKey, chosen_secret_key
from api.tokens.trusted import TrustedIssuer, trusted_issuers
from api.variables import SHORTEST_METRICS_TOKEN, limit_name, quota_name

CHECKOUT = Path(__file__).resolve().parent.parent


class LogLevel(StrEnum):
    """From which level on a log line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, typed; secrets are kept out of its `repr`."""

    database_url: str = field(repr=False)
    environment: Environment
    secret_key: str = field(repr=False)
    data_key: bytes = field(repr=False)
    data_key_file: Path | None
    issuer: str
    log_level: LogLevel
    metrics_token: str | None = field(repr=False)
    pool_size: int
    var: Path
    host: str
    port: int
    token_seconds: int
    workers: int
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    client_certificate_header: str | None = None
    trusted_issuers: tuple[TrustedIssuer, ...] = ()
    limits: Limits = field(default_factory=Limits)
    quotas: Quotas = field(default_factory=Quotas)
    redis_url: str | None = field(default=None, repr=False)

    @property
    def production(self) -> bool:
        """Whether people's real registrations are at stake."""
        return self.environment is Environment.PRODUCTION

    @property
    def address(self) -> str:
        """Where the server listens, as a URL."""
        return address_of(self.host, self.port)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """The settings that `environ` names; in development the secret key may be made and kept on the way.

        Raises:
            SettingError: a variable is unknown, missing or wrong.
        """
        refuse_unknown(environ)
        environment = choice(environ, "MOKUTEKI_ENVIRONMENT", Environment, Environment.DEVELOPMENT)
        var = CHECKOUT / (said(environ, "MOKUTEKI_VAR") or "var")
        host = host_of(environ)
        port = whole(environ, "MOKUTEKI_PORT", 8000, range(1, 65_536))
        return cls(
            database_url=database_of(environ, var),
            environment=environment,
            secret_key=_secret_key(environ, environment, var),
            data_key=_data_key(environ, environment, var),
            data_key_file=_data_key_file(environ),
            issuer=issuer_of(environ, environment, host, port),
            log_level=choice(environ, "MOKUTEKI_LOG_LEVEL", LogLevel, LogLevel.INFO),
            metrics_token=_metrics_token(environ),
            pool_size=whole(environ, "MOKUTEKI_POOL_SIZE", 10, range(1, 1001)),
            var=var,
            host=host,
            port=port,
            token_seconds=whole(environ, "MOKUTEKI_TOKEN_SECONDS", 900, range(60, 86_401)),
            workers=whole(environ, "MOKUTEKI_WORKERS", 1, range(1, 65)),
            cors_origins=origins_of(environ),
            trusted_proxies=proxies_of(environ),
            client_certificate_header=certificate_header_of(environ, environment),
            trusted_issuers=_trusted_issuers(environ),
            limits=Limits(**numbers(environ, limits.declared(), limit_name)),
            quotas=Quotas(**numbers(environ, quotas.declared(), quota_name)),
            redis_url=redis_of(environ),
        )


def _trusted_issuers(environ: Mapping[str, str]) -> tuple[TrustedIssuer, ...]:
    try:
        return trusted_issuers(said(environ, "MOKUTEKI_TRUSTED_ISSUERS"))
    except ValueError as error:
        raise SettingError(
            f"`MOKUTEKI_TRUSTED_ISSUERS` cannot be used ({error}): set it to some `corp=https://login.example`"
        ) from None


def _metrics_token(environ: Mapping[str, str]) -> str | None:
    token = said(environ, "MOKUTEKI_METRICS_TOKEN")
    if token and len(token) < SHORTEST_METRICS_TOKEN:
        raise SettingError(
            f"`MOKUTEKI_METRICS_TOKEN` is too short: set it to {SHORTEST_METRICS_TOKEN} characters or more"
        )
    return token or None


def _secret_key(environ: Mapping[str, str], environment: Environment, var: Path) -> str:
    text, required = said(environ, "MOKUTEKI_SECRET_KEY"), environment is Environment.PRODUCTION
    try:
        return chosen_secret_key(text, var / "secret.key", required=required)
    except NoSecretKey as error:
        raise SettingError(str(error)) from None


def _data_key(environ: Mapping[str, str], environment: Environment, var: Path) -> bytes:
    text, file = said(environ, "MOKUTEKI_DATA_KEY"), _data_key_file(environ)
    required = environment is Environment.PRODUCTION
    try:
        return chosen_master_key(text, file, kept=var / "data.key", required=required)
    except NoMasterKey as error:
        raise SettingError(str(error)) from None


def _data_key_file(environ: Mapping[str, str]) -> Path | None:
    path = said(environ, "MOKUTEKI_DATA_KEY_FILE")
    return CHECKOUT / path if path else None
