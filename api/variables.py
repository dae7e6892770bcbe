"""The variables: the settings as the environment names them, each told once for reader and program."""

from typing import NamedTuple

from api.fair import quotas
from api.gateway import limits

PREFIX = "MOKUTEKI_"
FOR_TESTS = "MOKUTEKI_TEST_"
SHORTEST_SECRET = 32
SHORTEST_METRICS_TOKEN = 16


class Setting(NamedTuple):
    """One setting as its reader needs it: the variable, its type, its default in words, and one sentence."""

    name: str
    type: str
    default: str
    doc: str
    bare: str | None = None


def limit_name(name: str) -> str:
    """The variable of a limit."""
    return f"{PREFIX}LIMIT_{name.upper()}"


def quota_name(name: str) -> str:
    """The variable of a quota."""
    return f"{PREFIX}{name.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "MOKUTEKI_DATABASE_URL",
        "URL",
        "the SQLite file `mokuteki.db` in the directory of `MOKUTEKI_VAR`",
        "Where the database is: `sqlite://path` or `postgres://user:password@host:port/name`.",
    ),
    Setting(
        "MOKUTEKI_ENVIRONMENT",
        "development | production",
        "development",
        "What the installation is for; production asks for secrets and shows no explorer.",
    ),
    Setting(
        "MOKUTEKI_SECRET_KEY",
        f"text of {SHORTEST_SECRET} characters or more",
        "in development made once and kept in the file `secret.key` in the directory of `MOKUTEKI_VAR`",
        "The secret under which signing keys are sealed and cursors authenticated; required in production.",
    ),
    Setting(
        "MOKUTEKI_DATA_KEY",
        "32 bytes in base64",
        "in development made once and kept in the file `data.key` in the directory of `MOKUTEKI_VAR`",
        "The master key that wraps the keys of what is sealed in the database; required in production, or the next.",
    ),
    Setting(
        "MOKUTEKI_DATA_KEY_FILE",
        "file",
        "none",
        "A file with the master key, in place of `MOKUTEKI_DATA_KEY`; a relative path starts at the checkout.",
    ),
    Setting(
        "MOKUTEKI_ISSUER",
        "URL",
        "`http://` with `MOKUTEKI_HOST` and `MOKUTEKI_PORT`",
        "The address under which clients know the gateway, as every token says; in production it is `https`.",
    ),
    Setting(
        "MOKUTEKI_LOG_LEVEL",
        "debug | info | warning | error",
        "info",
        "From which level on log lines are written; no level ever shows a value.",
    ),
    Setting(
        "MOKUTEKI_METRICS_TOKEN",
        f"text of {SHORTEST_METRICS_TOKEN} characters or more",
        "none",
        "The bearer token that `/metrics` asks for in production; without one it answers nobody there.",
    ),
    Setting(
        "MOKUTEKI_POOL_SIZE",
        "whole number from 1 to 1000",
        "10",
        "How many connections to PostgreSQL one process opens at most.",
    ),
    Setting(
        "MOKUTEKI_VAR",
        "directory",
        "`var` in the checkout",
        "Where the installation keeps its own files; a relative path starts at the checkout.",
    ),
    Setting("MOKUTEKI_HOST", "host", "127.0.0.1", "The address the server listens on.", bare="HOST"),
    Setting(
        "MOKUTEKI_PORT",
        "whole number from 1 to 65535",
        "8000",
        "The port the server listens on.",
        bare="PORT",
    ),
    Setting(
        "MOKUTEKI_WORKERS",
        "whole number from 1 to 64",
        "1",
        "How many processes serve together, if `--workers` does not say; more than one needs PostgreSQL.",
        bare="WORKERS",
    ),
    Setting(
        "MOKUTEKI_TOKEN_SECONDS",
        "whole number from 60 to 86400",
        "900",
        "For how many seconds an access token is valid.",
    ),
    Setting(
        "MOKUTEKI_TRUSTED_ISSUERS",
        "`name=https://issuer` with blanks between them",
        "none",
        "The OpenID issuers whose ID tokens tell which member of staff uses a client, such as `corp=https://login.example`.",
    ),
    Setting(
        "MOKUTEKI_CORS_ORIGINS",
        "origins with blanks between them",
        "none",
        "The frontends in a browser that may ask, by their exact origin, such as `https://app.example`.",
    ),
    Setting(
        "MOKUTEKI_TRUSTED_PROXIES",
        "addresses and networks with blanks between them",
        "none",
        "The proxies that are believed about who calls (`X-Forwarded-For`) and with what certificate.",
    ),
    Setting(
        "MOKUTEKI_CLIENT_CERTIFICATE_HEADER",
        "name of a header",
        "none",
        "In which header these proxies hand on a client's certificate, such as `Client-Cert` (RFC 9440).",
    ),
    Setting(
        "MOKUTEKI_REDIS_URL",
        "URL",
        "none",
        "The Redis in which several processes count quotas together: `redis://host:port/0`, `rediss://…` or `unix:///path`.",
    ),
    *(
        Setting(
            quota_name(each.name),
            f"whole number from {each.least} to {each.most}",
            str(each.default),
            each.doc,
        )
        for each in quotas.declared()
    ),
    *(
        Setting(
            limit_name(each.name),
            f"whole number from {each.least} to {each.most}",
            str(each.default),
            each.doc,
        )
        for each in limits.declared()
    ),
)
