"""The settings of one installation: read once from the environment, refused with one sentence when wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Self, TypeVar

from api.gateway.limits import Limits, declared
from api.kept_secret import kept_secret
from api.master_key import NoMasterKey, chosen_master_key
from api.variables import (
    FOR_TESTS,
    PREFIX,
    SETTINGS,
    SHORTEST_METRICS_TOKEN,
    SHORTEST_SECRET,
    limit_name,
)

CHECKOUT = Path(__file__).resolve().parent.parent
NAMES = frozenset(setting.name for setting in SETTINGS)
BARE = {setting.name: setting.bare for setting in SETTINGS if setting.bare}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingError(Exception):
    """A setting that cannot be used: one sentence with the variable and the remedy, never its value."""


class Environment(StrEnum):
    """What the installation is for: trying things out, or people's real registrations."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogLevel(StrEnum):
    """From which level on a log line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


Choice = TypeVar("Choice", bound=StrEnum)


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
    limits: Limits = field(default_factory=Limits)

    @property
    def production(self) -> bool:
        """Whether people's real registrations are at stake."""
        return self.environment is Environment.PRODUCTION

    @property
    def address(self) -> str:
        """Where the server listens, as a URL."""
        return _address(self.host, self.port)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """The settings that `environ` names; in development the secret key may be made and kept on the way.

        Raises:
            SettingError: a variable is unknown, missing or wrong.
        """
        _refuse_unknown(environ)
        environment = _choice(environ, "MOKUTEKI_ENVIRONMENT", Environment, Environment.DEVELOPMENT)
        var = CHECKOUT / (_text(environ, "MOKUTEKI_VAR") or "var")
        host = _host(environ)
        port = _whole(environ, "MOKUTEKI_PORT", 8000, range(1, 65_536))
        return cls(
            database_url=_database_url(environ, var),
            environment=environment,
            secret_key=_secret_key(environ, environment, var),
            data_key=_data_key(environ, environment, var),
            data_key_file=_data_key_file(environ),
            issuer=_issuer(environ, environment, host, port),
            log_level=_choice(environ, "MOKUTEKI_LOG_LEVEL", LogLevel, LogLevel.INFO),
            metrics_token=_metrics_token(environ),
            pool_size=_whole(environ, "MOKUTEKI_POOL_SIZE", 10, range(1, 1001)),
            var=var,
            host=host,
            port=port,
            token_seconds=_whole(environ, "MOKUTEKI_TOKEN_SECONDS", 900, range(60, 86_401)),
            workers=_whole(environ, "MOKUTEKI_WORKERS", 1, range(1, 65)),
            cors_origins=_origins(environ),
            limits=_limits(environ),
        )


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name.startswith(FOR_TESTS) or name in NAMES:
            continue
        nearest = get_close_matches(name, sorted(NAMES), n=1, cutoff=0.0)[0]
        raise SettingError(
            f"`{name}` is not a setting: the nearest is `{nearest}`; correct the name or unset it"
        )


def _text(environ: Mapping[str, str], name: str) -> str:
    """The variable without surrounding blanks, its bare name second; empty if it is not set."""
    return environ.get(name, "").strip() or environ.get(BARE.get(name, name), "").strip()


def _choice(environ: Mapping[str, str], name: str, choices: type[Choice], default: Choice) -> Choice:
    try:
        return choices(_text(environ, name).lower() or default)
    except ValueError:
        known = ", ".join(f"`{choice}`" for choice in choices)
        raise SettingError(f"`{name}` is none of its choices: set it to one of {known}") from None


def _whole(environ: Mapping[str, str], name: str, default: int, bounds: range) -> int:
    text = _text(environ, name)
    if not text:
        return default
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text) in bounds:
        return int(text)
    least, most = bounds[0], bounds[-1]
    raise SettingError(f"`{name}` is not such a number: set it to a whole number from {least} to {most}")


def _limits(environ: Mapping[str, str]) -> Limits:
    return Limits(
        **{
            each.name: _whole(environ, limit_name(each.name), each.default, range(each.least, each.most + 1))
            for each in declared()
        }
    )


def _origins(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The origins as browsers write them: lower case, without a path or the port of the scheme."""
    origins = tuple(_text(environ, "MOKUTEKI_CORS_ORIGINS").split())
    if all(re.fullmatch(r"https?://[a-z0-9._-]+(:[0-9]{1,5})?", origin) for origin in origins):
        return origins
    raise SettingError(
        "`MOKUTEKI_CORS_ORIGINS` is no list of origins: set it to some such as `https://app.example`, "
        "with blanks between them"
    )


def _host(environ: Mapping[str, str]) -> str:
    host = _text(environ, "MOKUTEKI_HOST") or "127.0.0.1"
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,255}", host):
        raise SettingError("`MOKUTEKI_HOST` is not a host: set it to a name or an address, without a port")
    return host


def _database_url(environ: Mapping[str, str], var: Path) -> str:
    url = _text(environ, "MOKUTEKI_DATABASE_URL") or f"sqlite://{var / 'mokuteki.db'}"
    scheme, separator, rest = url.partition("://")
    if scheme not in {"sqlite", "postgres", "postgresql"} or not separator or not rest:
        raise SettingError(
            "`MOKUTEKI_DATABASE_URL` names no database we know: "
            "set it to `sqlite://path` or `postgres://user:password@host:port/name`"
        )
    return f"{scheme.removesuffix('ql')}://{rest}"


def _metrics_token(environ: Mapping[str, str]) -> str | None:
    token = _text(environ, "MOKUTEKI_METRICS_TOKEN")
    if token and len(token) < SHORTEST_METRICS_TOKEN:
        raise SettingError(
            f"`MOKUTEKI_METRICS_TOKEN` is too short: set it to {SHORTEST_METRICS_TOKEN} characters or more"
        )
    return token or None


def _address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _issuer(environ: Mapping[str, str], environment: Environment, host: str, port: int) -> str:
    """The origin clients know us by: no path, as the well-known addresses (RFC 8414) stand at the root."""
    issuer = _text(environ, "MOKUTEKI_ISSUER") or _address(host, port)
    match = re.fullmatch(r"(https?)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?", issuer)
    if match is None:
        raise SettingError(
            "`MOKUTEKI_ISSUER` is not an origin: set it to one such as `https://gateway.example`"
        )
    if environment is Environment.PRODUCTION and match[1] == "http" and match[2].strip("[]") not in LOOPBACK:
        raise SettingError(
            "`MOKUTEKI_ISSUER` is not safe in production: set it to the `https` address of the gateway"
        )
    return issuer.removesuffix("/")


def _secret_key(environ: Mapping[str, str], environment: Environment, var: Path) -> str:
    secret = _text(environ, "MOKUTEKI_SECRET_KEY")
    if not secret and environment is Environment.PRODUCTION:
        raise SettingError(
            "`MOKUTEKI_SECRET_KEY` is required in production: "
            f"set it to {SHORTEST_SECRET} random characters or more"
        )
    if not secret:
        secret = _development_secret(var / "secret.key")
    if len(secret) < SHORTEST_SECRET:
        raise SettingError(
            f"`MOKUTEKI_SECRET_KEY` is too short: set it to {SHORTEST_SECRET} random characters or more"
        )
    return secret


def _development_secret(path: Path) -> str:
    try:
        return kept_secret(path)
    except (OSError, UnicodeDecodeError):
        raise SettingError(
            f"`MOKUTEKI_SECRET_KEY` cannot be kept in `{path.name}`: "
            "make the directory of `MOKUTEKI_VAR` writable, or set the variable"
        ) from None


def _data_key(environ: Mapping[str, str], environment: Environment, var: Path) -> bytes:
    text, file = _text(environ, "MOKUTEKI_DATA_KEY"), _data_key_file(environ)
    required = environment is Environment.PRODUCTION
    try:
        return chosen_master_key(text, file, kept=var / "data.key", required=required)
    except NoMasterKey as error:
        raise SettingError(str(error)) from None


def _data_key_file(environ: Mapping[str, str]) -> Path | None:
    path = _text(environ, "MOKUTEKI_DATA_KEY_FILE")
    return CHECKOUT / path if path else None
