"""Settings come from flags, environment and file, in that order, and are what they should be."""

import re
from pathlib import Path

import pytest

from bezant.kernel.config import Config, describe, load
from bezant.kernel.errors import ConfigError
from bezant.kernel.secret import Secret

KEY = "sk_test_abcdefgh"
URL = "postgresql://bezant:hush@db.example/bezant"


@pytest.fixture
def toml(tmp_path):
    path = tmp_path / "bezant.toml"

    def write(text):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_nothing_set_gives_the_defaults():
    assert load({}) == load({}, Path("does-not-exist.toml")) == Config()
    assert load({"HOME": "/root", "BEZANT_PORT": ""}, flags={"host": None}) == Config()
    config = Config()
    assert (config.host, config.port, config.workers) == ("127.0.0.1", 4242, 1)
    assert (config.database_url, config.data) == (None, Path("bezant-data"))
    assert (config.sandbox, config.queue_limit) == ("fast", 10_000)


def test_variables_are_read_into_their_types():
    config = load(
        {
            "BEZANT_PORT": "0",
            "BEZANT_DATA": "/var/lib/bezant",
            "BEZANT_DATABASE_URL": URL,
            "BEZANT_TEST_SECRET_KEY": KEY,
            "BEZANT_SANDBOX": "calendar",
            "BEZANT_LOG_FORMAT": "json",
        }
    )
    assert config.port == 0
    assert config.data == Path("/var/lib/bezant")
    assert config.database_url == Secret(URL)
    assert config.test_secret_key == Secret(KEY)
    assert (config.sandbox, config.log_format) == ("calendar", "json")


def test_a_file_is_read_into_the_same(toml):
    config = load({}, toml(f'port = 8080\ndata = "x"\ntest_secret_key = "{KEY}"\n'))
    assert (config.port, config.data, config.test_secret_key) == (8080, Path("x"), Secret(KEY))


def test_flags_go_before_variables_and_these_before_the_file(toml):
    path = toml("port = 1\nworkers = 2\npool_size = 3\n")
    config = load({"BEZANT_PORT": "4", "BEZANT_WORKERS": "5"}, path, {"port": 6})
    assert (config.port, config.workers, config.pool_size) == (6, 5, 3)
    assert config.sources == {
        "port": "command line",
        "workers": "BEZANT_WORKERS",
        "pool_size": str(path),
    }


def test_a_home_folder_is_found(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load({"BEZANT_DATA": "~/money"}).data == tmp_path / "money"


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("BEZANT_PROT", "BEZANT_PORT"),
        ("BEZANT_DATABASE", "BEZANT_DATABASE_URL"),
        ("BEZANT_SECRET_KEY", "BEZANT_TEST_SECRET_KEY"),
        ("BEZANT_LOGLEVEL", "BEZANT_LOG_LEVEL"),
        ("BEZANT_SOURCES", "BEZANT_"),
        ("BEZANT_", "BEZANT_"),
    ],
)
def test_an_unknown_variable_is_refused_and_the_nearest_named(variable, nearest):
    with pytest.raises(ConfigError, match=f"^{variable} is not a setting; .* {nearest}"):
        load({variable: ""})


def test_an_unknown_name_in_the_file_is_refused(toml):
    path = toml("prot = 1\n")
    with pytest.raises(ConfigError, match=r"^prot \(.*bezant.toml\) .* the nearest is port$"):
        load({}, path)


def test_an_unknown_flag_is_refused():
    with pytest.raises(ConfigError, match=r"^--prot "):
        load({}, flags={"prot": 1})


@pytest.mark.parametrize("text", ["port = ", b"port = \xff", "port = 1\nport = 2"])
def test_a_file_that_cannot_be_read_is_refused(toml, text):
    with pytest.raises(ConfigError, match=r"bezant\.toml cannot be read"):
        load({}, toml(text))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BEZANT_PORT", "65536"),
        ("BEZANT_PORT", "-1"),
        ("BEZANT_PORT", "http"),
        ("BEZANT_PORT", "1.5"),
        ("BEZANT_WORKERS", "0"),
        ("BEZANT_POOL_SIZE", "0"),
        ("BEZANT_QUEUE_LIMIT", "0"),
        ("BEZANT_HOST", "a b"),
        ("BEZANT_PUBLIC_URL", "ftp://x"),
        ("BEZANT_PUBLIC_URL", "https://x/"),
        ("BEZANT_SANDBOX", "slow"),
        ("BEZANT_LOG_FORMAT", "xml"),
        ("BEZANT_LOG_LEVEL", "INFO"),
        ("BEZANT_DATABASE_URL", "mysql://x"),
        ("BEZANT_TEST_SECRET_KEY", "sk_live_abcdefgh"),
        ("BEZANT_TEST_SECRET_KEY", "sk_test_abcdefg"),
        ("BEZANT_TEST_SECRET_KEY", "sk_test_abcdefgh\n"),
    ],
)
def test_a_bad_value_is_refused_saying_what_is_expected(variable, value):
    expects = {setting.variable: setting.expects for setting in describe(Config())}[variable]
    with pytest.raises(ConfigError) as refused:
        load({variable: value})
    assert str(refused.value).startswith(f"{variable} ")
    assert str(refused.value).endswith(f"expected is {expects}")


@pytest.mark.parametrize(
    "line",
    ["port = true", "port = 1.5", "port = []", "data = 5", "host = 5", "test_secret_key = 1"],
)
def test_a_bad_value_in_the_file_names_the_file(toml, line):
    path = toml(line)
    with pytest.raises(ConfigError, match=f"^{line.split()[0]} .*{re.escape(str(path))}"):
        load({}, path)


@pytest.mark.parametrize("variable", ["BEZANT_DATABASE_URL", "BEZANT_TEST_SECRET_KEY"])
def test_a_bad_secret_is_not_repeated_in_its_error(variable):
    with pytest.raises(ConfigError) as refused:
        load({variable: "hush hush"})
    assert "hush" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_every_setting_is_described_with_its_source():
    config = load({"BEZANT_DATABASE_URL": URL}, flags={"port": 1})
    told = {setting.name: setting for setting in describe(config)}
    assert set(told) == set(Config.__struct_fields__) - {"sources"}
    for setting in told.values():
        assert setting.description.endswith(".")
        assert setting.expects
    assert (told["port"].value, told["port"].default) == ("1", "4242")
    assert told["port"].source == "command line"
    assert told["database_url"].source == "BEZANT_DATABASE_URL"
    assert told["host"].source == "default"
    assert "hush" not in repr(told)
    assert "hush" not in repr(config)


def test_a_configuration_does_not_change():
    with pytest.raises(AttributeError):
        Config().port = 1
