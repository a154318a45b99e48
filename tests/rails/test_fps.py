"""Faster Payments beyond what all interbank rails share: limits, hours, payees that are checked."""

from datetime import UTC, date, datetime

import pytest
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import GbAccount, IbanAccount
from bezant.rail.modulus import parse
from bezant.rails.fps import FPS
from bezant.rails.fps.calendar import net_settlement
from bezant.rails.fps.rail import Fps
from tests.rails.interbank_samples import CREATED, DAY, FPS_WORLD, instruction


def verify(**changes):
    return instruction(FPS_WORLD, act="verify", amount=0, remittance="", **changes)


@pytest.mark.parametrize(
    ("on", "limit"),
    [
        (date(2010, 9, 5), 1_000_000),
        (date(2010, 9, 6), 10_000_000),
        (date(2015, 11, 2), 25_000_000),
        (date(2022, 2, 7), 25_000_000),
        (date(2022, 2, 8), 100_000_000),
    ],
)
def test_the_limit_of_a_day(on, limit):
    for amount, objected in ((limit, False), (limit + 1, True)):
        asked = instruction(FPS_WORLD, amount=amount, effective_date=on)
        assert bool(FPS.objections(asked)) == objected


@pytest.mark.parametrize(
    ("accepted", "settles"),
    [
        # Thursday before Easter; summer time began on 29 March 2026.
        ("2026-04-02T06:14", "2026-04-02T06:15"),
        ("2026-04-02T06:15", "2026-04-02T12:00"),
        ("2026-04-02T14:44", "2026-04-02T14:45"),
        ("2026-04-02T14:45", "2026-04-07T06:15"),
        ("2026-03-07T12:00", "2026-03-09T07:15"),
    ],
)
def test_members_settle_three_times_a_working_day(accepted, settles):
    instant = net_settlement(datetime.fromisoformat(accepted).replace(tzinfo=UTC))
    assert f"{instant:%Y-%m-%dT%H:%M}" == settles


def test_payments_never_wait_and_are_final_once_accepted():
    easter = datetime(2026, 4, 5, 23, 30, tzinfo=UTC)
    times = FPS.timetable(easter)
    assert times.cut_off == easter
    assert times.effective_date == date(2026, 4, 6)
    assert (times.final_at - easter).total_seconds() == 15
    assert (times.available_at - easter).total_seconds() == 7200


@pytest.mark.parametrize(
    ("code", "verdict", "name"),
    [
        ("", "match", ""),
        ("MBAM", "close_match", "Ada Lovelace JUNIOR"),
        ("ANNM", "no_match", ""),
        ("AC01", "no_match", ""),
        ("OPTO", "unavailable", ""),
    ],
)
def test_a_payee_is_confirmed_and_a_name_told_only_when_it_came_close(code, verdict, name):
    asked = verify()
    order = FPS_WORLD.order(asked)
    assert (order.act, order.name, order.account) == ("verify", "Ada Lovelace", "12345678")
    (fact,) = FPS_WORLD.answers(order, "verified", code)
    assert (fact.kind, fact.trace, fact.code) == ("verified", asked.trace, code or "MTCH")
    assert (fact.details["verdict"], fact.details["name"]) == (verdict, name)
    assert fact.reason
    (question,) = FPS.read(FPS_WORLD.pack(asked)).facts
    assert (question.kind, question.trace) == ("submitted", asked.trace)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (verify(account=GbAccount("108800", "1234567")), "not eight digits"),
        (verify(account=IbanAccount("GB82WEST12345698765432")), "not one in the United Kingdom"),
        (verify(name="  "), "no name to ask for"),
        (verify(details={"case": "1"}), "knows no details"),
        (verify(service="standard"), "no service standard"),
        (instruction(FPS_WORLD, service="standard"), "no service standard"),
        (instruction(FPS_WORLD, account=GbAccount("108800", "00012345", "R1")), "roll numbers"),
    ],
)
def test_what_faster_payments_does_not_carry(asked, reason):
    with pytest.raises(FileRefused, match=reason):
        FPS_WORLD.pack(asked)


def test_an_originator_that_no_member_knows():
    for field, value, reason in (
        ("bank_id", "DEMOGB2L", "a sort code of six digits"),
        ("account", IbanAccount("GB82WEST12345698765432", "WESTGB2L"), "own account"),
        ("dialect", {"network": "x"}, "dialect network"),
    ):
        originator = structs.replace(FPS_WORLD.originator, **{field: value})
        for asked in (instruction(FPS_WORLD), verify()):
            with pytest.raises(FileRefused, match=reason):
                FPS.pack(
                    [asked],
                    originator,
                    created_at=CREATED,
                    file_modifier="A",
                    reference="BZ000001",
                )


def test_a_table_of_sort_codes_is_asked():
    rail = Fps(parse("089000 089999 MOD10 0 0 0 0 0 0 7 1 3 7 1 3 7 1"))
    for number, fits in (("66374958", True), ("66374959", False)):
        for act in ("pay", "verify"):
            asked = instruction(FPS_WORLD, act=act, account=GbAccount("089999", number))
            assert (rail.objections(asked) == ()) == fits


def test_an_answer_about_a_payee_that_contradicts_itself_is_refused():
    order = FPS_WORLD.order(verify())
    letter = FPS_WORLD.scheme.write(
        [FPS_WORLD.answer(order, "verified", "ANNM")], FPS_WORLD.client, CREATED, 1
    )[0].content
    for old, new in (
        (b">false<", b">true<"),
        (b"<OrgnlId>", b"<Other>"),
        (b"CreDtTm>2026", b"CreDtTm>when"),
        (b"IdVrfctnRpt", b"IdVrfctnXXX"),
    ):
        assert old in letter
        with pytest.raises(FileRefused):
            FPS.read(letter.replace(old, new))


@pytest.mark.parametrize(("number", "code"), [("11111116", "AC01"), ("22222227", "MTCH")])
def test_accounts_that_answer_payments_answer_questions_too(number, code):
    outcome, reason = FPS_WORLD.scheme.magic[number]
    account = GbAccount("108800", number)
    (fact,) = FPS_WORLD.answers(FPS_WORLD.order(verify(account=account)), outcome, reason)
    assert (fact.kind, fact.code) == ("verified", code)
    paid = FPS_WORLD.order(instruction(FPS_WORLD))
    assert FPS_WORLD.answers(paid, "verified", "ANNM")[0].kind == "settled"


def test_money_moves_in_sterling_alone():
    assert FPS.objections(instruction(FPS_WORLD, currency="eur"))
    assert FPS_WORLD.order(instruction(FPS_WORLD)).amount == Money(6000, "gbp").amount
    assert FPS_WORLD.order(instruction(FPS_WORLD)).due_on == DAY
