"""The settings: typed, read once, and refused with one sentence that repeats no value."""

import stat
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest

from api.environment import Environment, SettingError
from api.fair.quotas import Quotas
from api.gateway.limits import Limits
from api.kept_secret import kept_secret
from api.settings import CHECKOUT, LogLevel, Settings
from api.variables import SETTINGS

SECRET = "canary-secret-key-of-forty-one-characters"
DATA_KEY = "Y2FuYXJ5LWRhdGEta2V5LW9mLTMyLWJ5dGVzLWxvbmc="
SECRETS = {"MOKUTEKI_SECRET_KEY": SECRET, "MOKUTEKI_DATA_KEY": DATA_KEY}
PRODUCTION = {"MOKUTEKI_ENVIRONMENT": "production", **SECRETS}


def read(**environ: str) -> Settings:
    return Settings.read({**SECRETS, **environ})


def test_nothing_has_to_be_set_in_development(tmp_path: Path) -> None:
    settings = Settings.read({"MOKUTEKI_VAR": str(tmp_path)})
    assert settings == Settings(
        database_url=f"sqlite://{tmp_path}/mokuteki.db",
        environment=Environment.DEVELOPMENT,
        secret_key=(tmp_path / "secret.key").read_text(),
        data_key=b64decode((tmp_path / "data.key").read_text()),
        data_key_file=None,
        issuer="http://127.0.0.1:8000",
        log_level=LogLevel.INFO,
        metrics_token=None,
        pool_size=10,
        var=tmp_path,
        host="127.0.0.1",
        port=8000,
        token_seconds=900,
        workers=1,
    )


def test_the_directory_is_var_in_the_checkout_wherever_one_starts() -> None:
    assert read().var == CHECKOUT / "var"
    assert read(MOKUTEKI_VAR="elsewhere").var == CHECKOUT / "elsewhere"


def test_a_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    environ = {"MOKUTEKI_VAR": str(tmp_path / "new")}
    first, second = Settings.read(environ), Settings.read(environ)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600


def test_a_master_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    environ = {"MOKUTEKI_VAR": str(tmp_path / "new")}
    first, second = Settings.read(environ), Settings.read(environ)
    assert first.data_key == second.data_key
    assert len(first.data_key) == 32
    assert stat.S_IMODE((tmp_path / "new" / "data.key").stat().st_mode) == 0o600


def test_a_master_key_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_text(f"{DATA_KEY}\n")
    told = Settings.read({"MOKUTEKI_SECRET_KEY": SECRET, "MOKUTEKI_DATA_KEY_FILE": str(file)})
    assert (told.data_key, told.data_key_file) == (b64decode(DATA_KEY), file)
    assert not (tmp_path / "data.key").exists()


def test_production_makes_no_master_key_of_its_own(tmp_path: Path) -> None:
    environ = {name: value for name, value in PRODUCTION.items() if name != "MOKUTEKI_DATA_KEY"}
    with pytest.raises(SettingError, match="`MOKUTEKI_DATA_KEY` is required in production"):
        Settings.read({**environ, "MOKUTEKI_VAR": str(tmp_path)})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["canary", "", "Y2FuYXJ5", DATA_KEY[:-1], f"{DATA_KEY}{DATA_KEY}"])
def test_a_file_that_holds_no_master_key_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "canary.key"
    file.write_text(text)
    environ = {"MOKUTEKI_SECRET_KEY": SECRET, "MOKUTEKI_DATA_KEY_FILE": str(file)}
    with pytest.raises(SettingError) as refused:
        Settings.read(environ)
    assert (
        str(refused.value) == "`MOKUTEKI_DATA_KEY_FILE` is no master key: set it to 32 random bytes in base64"
    )


def test_all_that_make_the_secret_at_once_read_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        secrets = set(threads.map(kept_secret, [tmp_path / "secret.key"] * 64))
    assert len(secrets) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_production_makes_no_secret_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="`MOKUTEKI_SECRET_KEY` is required in production"):
        Settings.read({"MOKUTEKI_ENVIRONMENT": "production", "MOKUTEKI_VAR": str(tmp_path)})
    assert not list(tmp_path.iterdir())


def test_production_runs_with_a_secret_and_a_safe_issuer() -> None:
    settings = Settings.read({**PRODUCTION, "MOKUTEKI_ISSUER": "https://gateway.example/"})
    assert settings.production
    assert settings.issuer == "https://gateway.example"


def test_host_and_port_are_also_read_by_their_bare_names() -> None:
    settings = read(HOST="0.0.0.0", PORT="9000")  # noqa: S104 - only read
    assert (settings.host, settings.port, settings.issuer) == ("0.0.0.0", 9000, "http://0.0.0.0:9000")  # noqa: S104


def test_the_prefixed_name_wins_over_the_bare_one() -> None:
    assert read(PORT="9000", MOKUTEKI_PORT="9001").port == 9001


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    assert read(HOST="::1").issuer == "http://[::1]:8000"


def test_postgresql_may_be_written_out() -> None:
    url = "postgresql://gateway@db.example:5432/mokuteki"
    assert read(MOKUTEKI_DATABASE_URL=url).database_url == "postgres://gateway@db.example:5432/mokuteki"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("MOKUTEKI_ENVIRONMENT", "canary", "set it to one of `development`, `production`"),
        ("MOKUTEKI_LOG_LEVEL", "canary", "set it to one of `debug`, `info`, `warning`, `error`"),
        ("MOKUTEKI_PORT", "canary", "set it to a whole number from 1 to 65535"),
        ("MOKUTEKI_PORT", "0", "set it to a whole number from 1 to 65535"),
        ("MOKUTEKI_PORT", "65536", "set it to a whole number from 1 to 65535"),
        ("MOKUTEKI_PORT", "\u0661", "set it to a whole number from 1 to 65535"),
        ("MOKUTEKI_POOL_SIZE", "-1", "set it to a whole number from 1 to 1000"),
        ("MOKUTEKI_TOKEN_SECONDS", "59", "set it to a whole number from 60 to 86400"),
        ("MOKUTEKI_SECRET_KEY", "canary", "set it to 32 random characters or more"),
        ("MOKUTEKI_DATA_KEY", "canary", "set it to 32 random bytes in base64"),
        ("MOKUTEKI_DATA_KEY", "Y2FuYXJ5", "set it to 32 random bytes in base64"),
        ("MOKUTEKI_DATA_KEY", "\u0661", "set it to 32 random bytes in base64"),
        ("MOKUTEKI_METRICS_TOKEN", "canary", "set it to 16 characters or more"),
        ("MOKUTEKI_DATABASE_URL", "mysql://canary", "set it to `sqlite://path`"),
        ("MOKUTEKI_DATABASE_URL", "canary", "set it to `sqlite://path`"),
        ("MOKUTEKI_ISSUER", "canary", "set it to one such as `https://gateway.example`"),
        ("MOKUTEKI_ISSUER", "https://canary.example/path", "is not an origin"),
        ("MOKUTEKI_ISSUER", "https://canary@example", "is not an origin"),
        ("MOKUTEKI_HOST", "canary/8", "without a port"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy_and_not_repeated(
    name: str, value: str, sentence: str
) -> None:
    with pytest.raises(SettingError) as refused:
        read(**{name: value})
    text = str(refused.value)
    assert text.startswith(f"`{name}` ")
    assert sentence in text
    assert "canary" not in text
    assert "\n" not in text
    assert not text.endswith(".")


def test_production_refuses_an_issuer_that_anybody_can_listen_to() -> None:
    with pytest.raises(SettingError, match="set it to the `https` address"):
        Settings.read({**PRODUCTION, "MOKUTEKI_ISSUER": "http://gateway.example"})


def test_an_unknown_setting_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(
        SettingError, match=r"`MOKUTEKI_DATABSE_URL` is not .* nearest is `MOKUTEKI_DATABASE_URL`"
    ):
        read(MOKUTEKI_DATABSE_URL="sqlite://x")


def test_variables_for_tests_and_of_others_are_left_alone() -> None:
    assert read(MOKUTEKI_TEST_POSTGRES="postgres://x", PATH="/bin", DATABASE_URL="x") == read()


def test_two_places_for_the_master_key_are_refused() -> None:
    with pytest.raises(SettingError, match="are both set: unset one of them"):
        read(MOKUTEKI_DATA_KEY_FILE="canary.key")


def test_a_file_of_the_master_key_that_is_not_there_is_refused_and_not_made(tmp_path: Path) -> None:
    environ = {"MOKUTEKI_SECRET_KEY": SECRET, "MOKUTEKI_DATA_KEY_FILE": str(tmp_path / "canary.key")}
    with pytest.raises(SettingError, match="`MOKUTEKI_DATA_KEY_FILE` names no file that can be read"):
        Settings.read(environ)
    assert not list(tmp_path.iterdir())


def test_a_directory_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match=r"`MOKUTEKI_SECRET_KEY` cannot be kept in `secret\.key`"):
        Settings.read({"MOKUTEKI_VAR": str(tmp_path / "file")})


def test_no_secret_shows_when_settings_are_printed() -> None:
    settings = read(
        MOKUTEKI_METRICS_TOKEN="canary-metrics-token", MOKUTEKI_DATABASE_URL="postgres://u:canary@h/d"
    )
    assert "canary" not in repr(settings)


def test_every_setting_stands_in_the_table_with_a_sentence() -> None:
    assert {setting.name for setting in SETTINGS} == {
        *(
            f"MOKUTEKI_{field.name.upper()}"
            for field in fields(Settings)
            if field.name not in {"limits", "quotas"}
        ),
        *(f"MOKUTEKI_{field.name.upper()}" for field in fields(Quotas)),
        *(f"MOKUTEKI_LIMIT_{field.name.upper()}" for field in fields(Limits)),
    }
    assert all(setting.doc.endswith(".") and setting.type and setting.default for setting in SETTINGS)


def test_a_limit_is_a_setting_within_its_bounds() -> None:
    assert read(MOKUTEKI_LIMIT_COST="5000").limits == Limits(cost=5_000)
    for wrong in ("999", "100000001", "many", "-1", "1e6"):
        with pytest.raises(
            SettingError, match=r"`MOKUTEKI_LIMIT_COST` is not such a number: .* from 1000 to 100000000"
        ):
            read(MOKUTEKI_LIMIT_COST=wrong)


def test_the_origins_of_frontends_are_written_as_browsers_write_them() -> None:
    told = read(MOKUTEKI_CORS_ORIGINS=" https://app.example  http://localhost:3000 ")
    assert told.cors_origins == ("https://app.example", "http://localhost:3000")
    assert read().cors_origins == ()
    for wrong in (
        "*",
        "https://app.example/",
        "app.example",
        "https://App.example",
        "https://a.example,https://b.example",
        "null",
        "ftp://a",
    ):
        with pytest.raises(SettingError, match="`MOKUTEKI_CORS_ORIGINS` is no list of origins"):
            read(MOKUTEKI_CORS_ORIGINS=wrong)


def test_trusted_issuers_are_listed_by_name() -> None:
    settings = read(MOKUTEKI_TRUSTED_ISSUERS="corp=https://login.example test=http://localhost:9000/realm")
    assert [tuple(each) for each in settings.trusted_issuers] == [
        ("corp", "https://login.example"),
        ("test", "http://localhost:9000/realm"),
    ]
    assert read().trusted_issuers == ()


@pytest.mark.parametrize(
    "value", ["canary", "corp=http://canary.example", "a=https://canary b=https://canary"]
)
def test_issuers_that_cannot_be_trusted_stop_the_start(value: str) -> None:
    with pytest.raises(SettingError, match="`MOKUTEKI_TRUSTED_ISSUERS` cannot be used") as refused:
        read(MOKUTEKI_TRUSTED_ISSUERS=value)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "proxies"),
    [
        ("", ()),
        ("10.0.0.7", ("10.0.0.7",)),
        (" 10.0.0.0/8  2001:db8::/32 ::1 ", ("10.0.0.0/8", "2001:db8::/32", "::1")),
    ],
)
def test_proxies_are_addresses_and_networks(text: str, proxies: tuple[str, ...]) -> None:
    assert read(MOKUTEKI_TRUSTED_PROXIES=text).trusted_proxies == proxies


@pytest.mark.parametrize(
    "text",
    ["canary", "*", "0.0.0.0/0", "::/0", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.1,10.0.0.2", "localhost"],
)
def test_proxies_that_are_none_or_everybody_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match="`MOKUTEKI_TRUSTED_PROXIES` is no list of proxies") as error:
        read(MOKUTEKI_TRUSTED_PROXIES=text)
    assert text not in str(error.value)


def test_the_header_of_a_certificate_needs_trusted_proxies_in_production() -> None:
    header = {
        "MOKUTEKI_CLIENT_CERTIFICATE_HEADER": "Client-Cert",
        "MOKUTEKI_ISSUER": "https://gateway.example",
    }
    assert read(**header).client_certificate_header == "client-cert"
    assert read().client_certificate_header is None
    with pytest.raises(SettingError, match="is not safe in production without `MOKUTEKI_TRUSTED_PROXIES`"):
        Settings.read({**PRODUCTION, **header})
    proxied = {**PRODUCTION, **header, "MOKUTEKI_TRUSTED_PROXIES": "10.0.0.0/8"}
    assert Settings.read(proxied).client_certificate_header == "client-cert"


@pytest.mark.parametrize(
    "name", ["Authorization", "DPoP", "Host", "client cert", "client_cert", "x" * 61, "é"]
)
def test_a_certificate_comes_in_no_header_that_means_something_else(name: str) -> None:
    with pytest.raises(SettingError, match="is no header for a certificate"):
        read(MOKUTEKI_CLIENT_CERTIFICATE_HEADER=name)


def test_a_quota_is_a_setting_within_its_bounds() -> None:
    assert read(MOKUTEKI_PEOPLE_PER_HOUR="50", MOKUTEKI_REQUESTS_PER_MINUTE="0").quotas == Quotas(
        people_per_hour=50, requests_per_minute=0
    )
    for name, wrong in (("PEOPLE_PER_HOUR", "0"), ("PEOPLE_NEAR", "101"), ("TOKENS_PER_MINUTE", "-1")):
        with pytest.raises(SettingError, match=f"`MOKUTEKI_{name}` is not such a number"):
            read(**{f"MOKUTEKI_{name}": wrong})


def test_redis_is_named_by_its_url_which_is_never_shown() -> None:
    for url in ("redis://:canary@h:6379/0", "rediss://h", "unix:///run/redis.sock?db=1"):
        settings = read(MOKUTEKI_REDIS_URL=url)
        assert settings.redis_url == url
        assert "canary" not in repr(settings)
    assert read().redis_url is None
    for wrong in ("h:6379", "http://h", "redis://", "redis://a b"):
        with pytest.raises(SettingError, match="`MOKUTEKI_REDIS_URL` names no Redis"):
            read(MOKUTEKI_REDIS_URL=wrong)
