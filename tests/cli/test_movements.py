"""`bezant movements` lists what is on its way and tells the story of each."""


def test_a_list_is_of_one_account_and_one_status(look, world):
    seller, other = world.accounts["seller"], world.accounts["other"]
    (paid,) = look("movements", "list", "--account", seller, "--json").json
    (back,) = look("movements", "list", "--account", other, "--status", "returned", "--json").json
    assert (paid["status"], paid["source"]) == ("settled", world.payouts["seller"])
    assert (back["status"], back["source"]) == ("returned", world.payouts["other"])
    assert look("movements", "list", "--account", seller, "--status", "held", "--json").json == []
    said = look("movements", "list", "--account", seller)
    assert said.row(paid["id"])[-2:] == ["settled", world.payouts["seller"]]
    incoming = look("movements", "list", "--limit", "1")
    assert "receive" in incoming.out
    assert "Older ones are left out: --limit 10 shows more." in incoming.out


def test_a_movement_is_shown_with_its_way_and_its_facts(look, world):
    (back,) = look("movements", "list", "--account", world.accounts["other"], "--json").json
    said = look("movements", "show", back["id"])
    assert "pay by sandbox/ach, standard, returned" in said.out
    assert "instead of sandbox/ach same_day at 0" in said.out
    for kind in ("created", "submitted", "settled", "returned  R01"):
        assert f"  {kind}" in said.out
    assert back["facts"][-1]["entries"][0] in said.out
    assert look("movements", "show", back["id"], "--json").json == back


def test_a_movement_that_is_not_there_is_said_to_be_missing(look):
    said = look("movements", "show", "mv_nothing")
    assert said.code == 1
    assert "There is no movement mv_nothing." in said.err


def test_what_nobody_can_do_is_said_before_anything_is_asked(look):
    said = look("movements", "act", "fly", "mv_1")
    assert said.code == 2
    assert "nothing is called fly; there are answer_recall, approve," in said.err
    said = look("movements", "act", "hold", "mv_1", "--reason", "odd", "--api-key", "")
    assert said.code == 2
    assert "a secret key is needed" in said.err
