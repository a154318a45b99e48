"""Each profile's transport, opened as the server does."""

import pytest

from bezant.banks import examples
from bezant.banks.load import parse
from bezant.banks.paced import Paced
from bezant.banks.transports import opened
from bezant.kernel.clock import SystemClock
from bezant.kernel.errors import ConfigError
from bezant.movement.transport import Folder
from bezant.server.rails import RAILS
from bezant.server.wiring import connected_banks
from bezant.server.world import WORLD


def profile(name, old="", new=""):
    found, faults = parse(examples.text(name).replace(old, new), RAILS)
    assert not faults
    return found


def test_a_folder_below_the_data_folder(tmp_path):
    way = opened(profile("us-prairie", 'root = "/srv/prairie"'), tmp_path, SystemClock())
    assert isinstance(way, Folder)
    way.put("a.ach", b"x")
    assert (tmp_path / "banks" / "us-prairie" / "to_bank" / "a.ach").read_bytes() == b"x"


def test_banks_that_are_away_are_asked_at_a_pace(tmp_path):
    environ = {"HARBOR_SIGNING_KEY": "a shared secret"}
    assert isinstance(opened(profile("us-harbor"), tmp_path, SystemClock(), environ), Paced)
    assert isinstance(opened(profile("us-meadow"), tmp_path, SystemClock()), Paced)


def test_a_secret_that_is_not_there_is_told_at_the_start(tmp_path):
    with pytest.raises(ConfigError, match="HARBOR_SIGNING_KEY"):
        opened(profile("us-harbor"), tmp_path, SystemClock(), {})


def test_the_server_connects_the_profiles_of_a_folder(tmp_path):
    world = [bank.name for bank in WORLD]
    assert [bank.name for bank in connected_banks()] == world
    (tmp_path / "one.toml").write_text(examples.text("us-prairie"))
    banks = connected_banks(tmp_path)
    assert [bank.name for bank in banks] == [*world, "us-prairie"]
    assert banks.lane("us-prairie", "ach").bank.bank_name == "PRAIRIE SAVINGS"
    (tmp_path / "two.toml").write_text(examples.text("us-meadow").replace("us-meadow", "sandbox"))
    with pytest.raises(ConfigError, match="Two bank profiles are named sandbox"):
        connected_banks(tmp_path)
