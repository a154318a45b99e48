"""Profiles in TOML: what they may say, and a precise word for everything that they may not."""

from datetime import date, time

import pytest

from bezant.banks import examples
from bezant.banks.load import load_folder, parse
from bezant.kernel.errors import ConfigError
from bezant.rail import UsAccount
from bezant.server.rails import RAILS

MEADOW = examples.text("us-meadow")


def faults(text):
    return parse(text, RAILS)[1]


def changed(old, new):
    assert old in MEADOW, old
    return MEADOW.replace(old, new, 1)


def test_a_profile_is_read_whole():
    profile, wrong = parse(MEADOW, RAILS)
    assert wrong == ()
    assert profile.details == UsAccount("991000012", "4400112233")
    assert profile.transport.kind == "sftp"
    assert profile.transport.options["private_key"] == "file:keys/meadow"
    ach = profile.rails["ach"]
    assert ach.cut_offs == {"standard": time(16), "same_day": time(13)}
    assert (ach.max_amount, ach.approval_from) == (5_000_000, 1_000_000)
    assert ach.originator.bank_id == "991000012"
    assert ach.originator.account == profile.details
    assert ach.originator.name == "EXAMPLE OPERATOR INC"


def test_prices_hold_from_day_to_day():
    ach = parse(MEADOW, RAILS)[0].rails["ach"]
    assert ach.price("standard") == ach.price("standard", date(2026, 1, 1)) == 12
    assert ach.price("same_day", date(2026, 6, 30)) == 95
    assert ach.price("same_day", date(2026, 7, 1)) == 90
    assert ach.price("same_day", date(2024, 1, 1)) == ach.price("same_day") == 0


WRONG = {
    "key": (("holder =", "holdr ="), "holdr is not known; the nearest is holder"),
    "rail key": (
        ("max_amount", "max_amont"),
        "rails.ach.max_amont is not known; the nearest is max",
    ),
    "deep key": (
        ("company_id", "company"),
        "rails.ach.originator.company is not known; the nearest is company_id",
    ),
    "price key": (
        ("{ price = 90", "{ prise = 90"),
        "rails.ach.prices.same_day[2].prise is not known; the nearest is price",
    ),
    "transport key": (
        ("username", "user"),
        "transport.user is not known; the nearest is username",
    ),
    "transport": (('"sftp"', '"ftp"'), "transport.kind 'ftp' is none of folder, sftp, https"),
    "account type": (('type = "us"', 'type = "usa"'), "details.type must be one of"),
    "type": (('holder = "EXAMPLE', "holder = 7 #"), "holder: Expected str, got int"),
    "amount": (("5_000_000", "-1"), "rails.ach.max_amount: Expected int >= 1"),
    "currency": (('"usd"', '"usx"'), "currency 'usx' does not exist"),
    "rail": (("[rails.ach]", "[rails.ash]"), "rails.ash is no rail; the nearest is ach"),
    "service": (('"same_day"]', '"instant"]'), "ach has no service instant"),
    "late": (("16:00:00", "23:59:00"), "rails.ach: cut_offs.standard 23:59:00 is later than"),
    "limits": (("5_000_000", "1\nmin_amount = 5"), "max_amount 1 is below min_amount 5"),
    "too much": (("5_000_000", "99_999_999_999"), "is above what the rail carries"),
    "two prices": (("2026-06-30", "2026-07-15"), "two prices are in force on 2026-07-01"),
    "check digit": (('"991000012"', '"991000013"'), "details.routing_number 991000013 is not nine"),
    "no key": (('private_key = "file:keys/meadow"', ""), "give private_key or password"),
    "name": (('name = "us-meadow"', 'name = "US"'), "name: Expected str matching regex"),
    "dialect": (
        ('company_id = "1234567890"', 'company_id = "1234567890"\ndialect = { nonsense = "x" }'),
        "rails.ach.originator.dialect.nonsense: is no switch; there are destination",
    ),
    "switch": (
        ('company_id = "1234567890"', 'company_id = "1234567890"\ndialect = { offset = "x" }'),
        "rails.ach.originator.dialect.offset: 'x': Invalid enum value",
    ),
    "statement": (
        ('name = "us-meadow"', 'name = "us-meadow"\nstatements = ["mt950"]'),
        "statements",
    ),
    "no table": (("[rails.ach]", "[other]\n[rails2.ach]"), "other is not known"),
    "not TOML": (("[details]", "[details"), "is not TOML"),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_fault_says_where_and_what(name):
    (old, new), reason = WRONG[name]
    said = faults(changed(old, new))
    assert any(reason in fault for fault in said), said


def test_a_table_that_is_a_number_is_a_fault():
    assert "rails: Expected object, got int" in faults(
        examples.text("ch-enzian").replace('name = "ch', 'rails = 5\nname = "ch')
    )


@pytest.mark.parametrize("key", ["password", "private_key", "passphrase"])
def test_a_secret_is_named_and_never_written_or_repeated(key):
    text = changed('private_key = "file:keys/meadow"', f'{key} = "hunter2"')
    said = faults(text)
    assert any("must say where the secret is" in fault for fault in said), said
    assert "hunter2" not in " ".join(said)


def test_every_fault_of_a_folder_is_told_at_once(tmp_path):
    (tmp_path / "a.toml").write_text(changed("holder", "holdr"))
    (tmp_path / "b.toml").write_text(changed("5_000_000", "-1"))
    (tmp_path / "c.toml").write_text(MEADOW)
    (tmp_path / "d.toml").write_text(MEADOW)
    (tmp_path / "e.txt").write_text("not a profile")
    with pytest.raises(ConfigError) as caught:
        load_folder(tmp_path, RAILS)
    said = str(caught.value)
    assert "a.toml: holdr is not known" in said
    assert "b.toml: rails.ach.max_amount" in said
    assert "d.toml: another profile is named us-meadow" in said


def test_a_folder_without_profiles_and_one_that_is_not_there(tmp_path):
    assert load_folder(tmp_path, RAILS) == ()
    with pytest.raises(ConfigError, match="does not exist"):
        load_folder(tmp_path / "nowhere", RAILS)


def test_a_folder_of_profiles(tmp_path):
    for name in examples.names():
        (tmp_path / f"{name}.toml").write_text(examples.text(name))
    assert [one.name for one in load_folder(tmp_path, RAILS)] == list(examples.names())


@pytest.mark.parametrize("name", examples.names())
def test_every_example_can_be_used_as_it_stands(name):
    profile, wrong = parse(examples.text(name), RAILS)
    assert wrong == ()
    assert profile.name == name
    assert not profile.livemode
    assert examples.title(name)
    assert ".example" in examples.text(name) or profile.transport.kind == "folder"


def test_the_catalogue_goes_around_the_world():
    countries = {name.partition("-")[0] for name in examples.names()}
    assert len(examples.names()) >= 12
    assert len(countries) >= 8
