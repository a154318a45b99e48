"""Each profile's transport, opened as the server does."""

from datetime import date
from io import BytesIO

import pytest

from bezant.banks import examples
from bezant.banks.load import parse
from bezant.banks.paced import Paced
from bezant.banks.transports import opened
from bezant.kernel.clock import SystemClock
from bezant.kernel.errors import ConfigError
from bezant.kernel.money import Money
from bezant.movement.profile import SANDBOX
from bezant.movement.transport import Folder
from bezant.rail import GbAccount, Instruction, Party
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
    way.put("a.ach", BytesIO(b"x"))
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


def test_a_table_of_sort_codes_reaches_the_british_rails(tmp_path):
    path = tmp_path / "valacdos.txt"
    path.write_text("089000 089999 MOD10 0 0 0 0 0 0 7 1 3 7 1 3 7 1\n")
    rails = connected_banks(modulus_table=path).rails
    for name, service in (("bacs", "standard"), ("fps", "instant")):
        for number, fits in (("66374958", True), ("66374959", False)):
            one = Instruction(
                movement="mv_1",
                trace=rails[name].trace(SANDBOX.rails["ach"].originator, 1),
                amount=Money(100, "gbp"),
                direction="credit",
                counterparty=Party("Ada", GbAccount("089999", number)),
                effective_date=date(2026, 3, 2),
                service=service,
            )
            assert any("modulus" in said for said in rails[name].objections(one)) != fits


@pytest.mark.parametrize("text", [None, "nonsense"])
def test_a_table_that_is_none_is_an_error_of_the_settings(tmp_path, text):
    path = tmp_path / "valacdos.txt"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError, match="BEZANT_MODULUS_TABLE"):
        connected_banks(modulus_table=path)
