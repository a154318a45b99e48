"""`bezant config` says what is set and where; `bezant migrate` brings the schema up to date."""

from bezant.db import migrate
from bezant.kernel.config import Config, describe

SECRET = "sk_test_keep_this_1234"


def test_settings_say_where_they_come_from(bezant, nowhere, monkeypatch):
    (nowhere / "bezant.toml").write_text('log_level = "debug"\nport = 1\n')
    monkeypatch.setenv("BEZANT_PORT", "5000")
    monkeypatch.setenv("BEZANT_TEST_SECRET_KEY", SECRET)
    said = bezant("config", "show", "--data", "elsewhere")
    assert said.code == 0
    assert said.row("port") == ["port", "5000", "BEZANT_PORT", "BEZANT_PORT"]
    assert said.row("log_level") == ["log_level", "debug", "bezant.toml", "BEZANT_LOG_LEVEL"]
    assert said.row("data") == ["data", "elsewhere", "command", "line", "BEZANT_DATA"]
    assert said.row("host") == ["host", "127.0.0.1", "default", "BEZANT_HOST"]
    assert SECRET not in said.out + bezant("config", "show", "--json").out


def test_settings_in_json_have_everything_about_them(bezant):
    told = bezant("config", "show", "--json").json
    assert [setting["name"] for setting in told] == [it.name for it in describe(Config())]
    assert all(setting["description"] and setting["expects"] for setting in told)


def test_a_plan_says_what_would_be_applied_and_applies_nothing(bezant, empty_database):
    files = [step.file for step in migrate.steps()]
    for _ in range(2):
        said = bezant("migrate", "--plan", url=empty_database)
        assert [words[0] for words in said.rows[1:-1]] == files
        assert said.out.endswith(f"{len(files)} migrations to apply.\n")


def test_migrations_are_applied_once(bezant, empty_database):
    told = bezant("migrate", "--json", url=empty_database).json
    assert [step["file"] for step in told] == [step.file for step in migrate.steps()]
    assert bezant("migrate").out == "The schema is up to date.\n"
    assert bezant("migrate", "--plan", "--json").json == []


def test_a_phase_can_be_applied_alone(bezant, empty_database):
    pre = [step.file for step in migrate.steps() if step.phase == "pre"]
    told = bezant("migrate", "--plan", "--phase", "pre", "--json", url=empty_database).json
    assert [step["file"] for step in told] == pre
    assert bezant("migrate", "--plan", "--phase", "post", "--json").json == []
