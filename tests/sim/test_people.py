"""The payer outside pays what is asked for, once."""

from datetime import date

from bezant.sim.people import Payer


def test_a_payer_wires_each_reference_once(bank):
    payer = Payer(bank)
    assert payer.pay([("TOPUP-1", 5_000), ("TOPUP-2", 700)]) == 2
    assert payer.pay([("TOPUP-1", 5_000), ("TOPUP/3", 10)]) == 1
    assert Payer(bank).pay([("TOPUP-2", 700), ("TOPUP/3", 10)]) == 0
    found = [(line.type_code, line.customer_reference, line.amount) for line in bank.lines()]
    assert found == [
        ("195", "TOPUP-1", 5_000),
        ("195", "TOPUP-2", 700),
        ("195", "TOPUP-3", 10),
    ]
    assert bank.balance() == 105_710


def test_a_wire_is_booked_on_the_banks_own_day(bank, clock):
    assert bank.wire_in("a", 1).day == date(2026, 3, 1)
    clock.to(clock.now().replace(day=2, hour=3))
    assert bank.wire_in("b", 1).day == date(2026, 3, 1)
