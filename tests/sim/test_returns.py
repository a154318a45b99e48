"""Return files: each entry on its way back, as the rules lay it out."""

from datetime import date

from tests.sim.client import Pay, ach, drop

MONDAY = date(2026, 3, 2)
NO_ACCOUNT, CLOSED = "000111111116", "000111111113"

GOLDEN = """\
1011234567890 1210428822603010700A094101BEZANT                 SANDBOX BANK
5220BEZANT                              1234567890PPDPAYOUT          2603020611110000000000001
621121042882000111111116     0000004000po_1           JENNY ROSEN             1110000000000001
799R03121042880000002      11000000NO ACCOUNT OR UNABLE TO LOCATE              110000000000001
631121042882000111111113     0000000500po_1           JENNY ROSEN             1110000000000003
799R02121042880000004      11000000ACCOUNT CLOSED                              110000000000003
822000000400242085760000000000000000000045001234567890                         110000000000001
5225BEZANT                              1234567890PPDPAYOUT          2603020611121042880000002
626121042882000111111113     0000000700po_1           JENNY ROSEN             1121042880000002
799R02121042880000003      12104288ACCOUNT CLOSED                              121042880000002
822500000200121042880000000007000000000000001234567890                         121042880000002
9000002000002000000060036312864000000000700000000004500
"""


def test_a_return_file_is_what_it_should_be_sign_for_sign(bank):
    pays = [
        Pay(6_000),
        Pay(4_000, NO_ACCOUNT),
        Pay(700, CLOSED, "27", routing="121042882"),
        Pay(500, CLOSED, "32"),
    ]
    drop(bank.courier.to_bank, "a.ach", ach(pays, service="200"))
    bank.receive()
    assert bank.settle(MONDAY, at_once=True).returned == 3
    [path] = bank.courier.from_bank.glob("returns-*.ach")
    records = path.read_text().splitlines()
    assert path.name == "returns-20260302-000001.ach"
    assert {len(record) for record in records} == {94}
    assert len(records) % 10 == 0
    assert set(records[12:]) == {"9" * 94}
    assert [record.rstrip() for record in records[:12]] == GOLDEN.splitlines()


def test_files_of_one_day_are_told_apart_by_their_modifier(bank):
    for number, modifier in enumerate("ABC"):
        drop(bank.courier.to_bank, "a.ach", ach([Pay(100, NO_ACCOUNT)], modifier=modifier))
        bank.run(MONDAY, at_once=True)
        paths = sorted(bank.courier.from_bank.glob("returns-*.ach"))
        assert len(paths) == number + 1
        assert paths[-1].read_text()[33] == modifier
