"""Where the installation is reached and what it reaches: hosts, origins, proxies and stores, as the environment says."""

import re
from collections.abc import Mapping
from pathlib import Path

from api.environment import Environment, SettingError, said
from api.tokens.networks import network_of

READ_OTHERWISE = frozenset(
    {"authorization", "dpop", "purpose", "recipient", "content-type", "host", "origin"}
)
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def host_of(environ: Mapping[str, str]) -> str:
    """The address to listen on."""
    host = said(environ, "MOKUTEKI_HOST") or "127.0.0.1"
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,255}", host):
        raise SettingError("`MOKUTEKI_HOST` is not a host: set it to a name or an address, without a port")
    return host


def database_of(environ: Mapping[str, str], var: Path) -> str:
    """The database, as `models.database.opening` takes it."""
    url = said(environ, "MOKUTEKI_DATABASE_URL") or f"sqlite://{var / 'mokuteki.db'}"
    scheme, separator, rest = url.partition("://")
    if scheme not in {"sqlite", "postgres", "postgresql"} or not separator or not rest:
        raise SettingError(
            "`MOKUTEKI_DATABASE_URL` names no database we know: "
            "set it to `sqlite://path` or `postgres://user:password@host:port/name`"
        )
    return f"{scheme.removesuffix('ql')}://{rest}"


def address_of(host: str, port: int) -> str:
    """Where the server listens, as a URL."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def issuer_of(environ: Mapping[str, str], environment: Environment, host: str, port: int) -> str:
    """The origin clients know us by: no path, as the well-known addresses (RFC 8414) stand at the root."""
    issuer = said(environ, "MOKUTEKI_ISSUER") or address_of(host, port)
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


def origins_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The origins as browsers write them: lower case, without a path or the port of the scheme."""
    origins = tuple(said(environ, "MOKUTEKI_CORS_ORIGINS").split())
    if all(re.fullmatch(r"https?://[a-z0-9._-]+(:[0-9]{1,5})?", origin) for origin in origins):
        return origins
    raise SettingError(
        "`MOKUTEKI_CORS_ORIGINS` is no list of origins: set it to some such as `https://app.example`, "
        "with blanks between them"
    )


def proxies_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The proxies by address or network; one that everybody lies in would let everybody be anybody."""
    proxies = tuple(said(environ, "MOKUTEKI_TRUSTED_PROXIES").split())
    networks = [network_of(proxy) for proxy in proxies]
    if all(network is not None and network.prefixlen for network in networks):
        return proxies
    raise SettingError(
        "`MOKUTEKI_TRUSTED_PROXIES` is no list of proxies: set it to addresses or networks such as "
        "`10.0.0.0/8`, with blanks between them"
    )


def certificate_header_of(environ: Mapping[str, str], environment: Environment) -> str | None:
    """The header in small letters, which must be one that nothing else is read from."""
    name = said(environ, "MOKUTEKI_CLIENT_CERTIFICATE_HEADER").lower()
    if not name:
        return None
    if not re.fullmatch(r"[a-z0-9-]{1,60}", name) or name in READ_OTHERWISE:
        raise SettingError(
            "`MOKUTEKI_CLIENT_CERTIFICATE_HEADER` is no header for a certificate: set it to one such as `Client-Cert`"
        )
    if environment is Environment.PRODUCTION and not proxies_of(environ):
        raise SettingError(
            "`MOKUTEKI_CLIENT_CERTIFICATE_HEADER` is not safe in production without `MOKUTEKI_TRUSTED_PROXIES`: "
            "set that to the proxies that send it"
        )
    return name


def redis_of(environ: Mapping[str, str]) -> str | None:
    """The Redis that counts for several processes; `None` for none."""
    url = said(environ, "MOKUTEKI_REDIS_URL")
    if url and not re.fullmatch(r"(rediss?|unix)://\S+", url):
        raise SettingError(
            "`MOKUTEKI_REDIS_URL` names no Redis: set it to `redis://host:port/0`, `rediss://…` or `unix:///path`"
        )
    return url or None
