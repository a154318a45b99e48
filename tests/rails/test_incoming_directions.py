"""Which way unasked money goes means one thing on every rail: it is the counterparty's side."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bezant.server.rails import RAILS
from bezant.server.schemes import SCHEMES
from bezant.sim.scheme import Client, Incoming

AT = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("UTC"))
OURS = {
    "usd": Client("BEZANT", "000100200300", "091000019", "1234567890"),
    "eur": Client("BEZANT", "DE44999999990532013000", "SNDBDEFFXXX", "DE98ZZZ09999999999"),
    "gbp": Client("BEZANT", "87654321", "009911", "123456"),
    "cad": Client("BEZANT", "1234567890", "99920", "BEZANT0001"),
    "brl": Client("BEZANT", "1234567", "99999990", "11222333000181"),
    "inr": Client("BEZANT", "operator@sandboxbank", "100000", "100000"),
}
THEIRS = {
    "usd": ("000123456789", ""),
    "eur": ("AT611904300234573201", "BKAUATWW"),
    "gbp": ("00012345", ""),
    "cad": ("000123456789", ""),
    "brl": ("7654321", ""),
    "inr": ("ada@okbank", ""),
}
COLLECTING = ("ach", "sepa_credit", "sepa_instant", "sepa_debit_core", "sepa_debit_b2b")
SILENT = {"acss", "bacs"}
"""What comes in by these stands on the statement alone."""


def told(name, kind):
    scheme = SCHEMES[name]
    account, bank = THEIRS[scheme.currency]
    coming = Incoming(
        kind=kind, amount=1_234, currency=scheme.currency, name="Ada", account=account, bank=bank,
        reference="INVOICE7", remittance="Thanks", day=date(2026, 3, 2), number=5,
    )  # fmt: skip
    ours = OURS[scheme.currency]
    if name in ("swift", "chaps"):
        ours = msgspec.structs.replace(ours, bank="SNDBUS33XXX")
    letters = scheme.bring([coming], ours, AT, 1)
    return [fact for letter in letters for fact in RAILS[name].read(letter.content).facts]


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_who_pays_us_is_debited(name):
    facts = [(fact.kind, fact.direction, fact.amount.amount) for fact in told(name, "credit")]
    assert facts == ([] if name in SILENT else [("received", "debit", 1_234)])


@pytest.mark.parametrize("name", COLLECTING)
def test_who_collects_from_us_is_credited(name):
    (fact,) = told(name, "debit")
    assert (fact.kind, fact.direction, fact.amount.amount) == ("received", "credit", 1_234)


def test_who_asks_to_be_paid_would_be_credited():
    asked = [fact for name in ("upi", "rtp", "fednow") for fact in told(name, "request")]
    assert {(fact.kind, fact.direction) for fact in asked} == {("requested", "credit")}
