"""What is only read: international entries, entries that others send, disputes, and receipts."""

from datetime import date

import pytest

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rails.ach import ACH
from tests.rails.ach_samples import DISPUTE_FILE

ABROAD = """\
101 021000021 0114015332603030800A094101DEMO BANK              GATEWAY BANK
5225                FF3               US1122334455IATTRADEPAYMTEURUSD2603030621011401530000001
6270210000210009             0000100000000111222333                           1011401530000001
710BUS000000000000092000REF 1                 LOVELACE GMBH                            0000001
711MULLER UND SOHN                    HAUPTSTRASSE 7                                   0000001
712BERLIN*BE\\                         DE*10115\\                                        0000001
713DEUTSCHE MUSTERBANK                02DE02120300000000202051            DE           0000001
714DEMO BANK                          01021000021                         US           0000001
715ID 7           1 WALL STREET                                                        0000001
716NEW YORK*NY\\                       US*10005\\                                        0000001
717INVOICE 1                                                                       00010000001
718BANK BETWEEN                       02BBBBFRPP                          FR       00010000001
822500001000021000020000001000000000000000001122334455                         011401530000001
5225                FF3               US1122334455IATTRADEPAYMTEURUSD260303062101140153000000{two}
6260210000210001             0000005000000444555666                           1011401530000002
799R84021000020000009      021000020000005000NOT FOR THE GATEWAY               011401530000002
822500000200021000020000000050000000000000001122334455                         011401530000002
9000002000002000000120004200004000000105000000000000000
""".replace("101140153000000{two}", "1011401530000002")

INCOMING = """\
101 021000021 0114015332603030800A094101DEMO BANK              SENDING BANK
5200PAYING FIRM         UNIT 7          1122334455CCDINVOICE   2603022603030621011401530000001
622021000021000111222333     0000009900INV 7          DEMO PLATFORM           1011401530000001
705INVOICE SEVEN                                                                   00010000001
627021000021000111222333     0000000250SUB 8          DEMO PLATFORM           0011401530000002
820000000300042000040000000002500000000099001122334455                         011401530000001
9000001000001000000030004200004000000000250000000009900
"""


def test_an_international_entry_tells_who_and_where():
    debit, returned = ACH.read(ABROAD.encode()).facts
    assert (debit.kind, debit.direction, debit.amount) == (
        "received",
        "credit",
        Money(100_000, "usd"),
    )
    assert debit.remittance == "INVOICE 1"
    assert debit.details["class_code"] == "IAT"
    assert (debit.details["originator_name"], debit.details["originator_city"]) == (
        "MULLER UND SOHN",
        "BERLIN, BE",
    )
    assert debit.details["odfi_id"] == "DE02120300000000202051"
    assert debit.details["foreign_amount"] == "000000000000092000"
    assert debit.details["correspondent_id"] == "BBBBFRPP"
    assert debit.details["account_number"] == "000111222333"
    assert (debit.details["name"], debit.details["originating_currency"]) == (
        "LOVELACE GMBH",
        "EUR",
    )
    assert debit.counterparty.name == "MULLER UND SOHN"
    assert (returned.kind, returned.code, returned.amount) == (
        "returned",
        "R84",
        Money(5_000, "usd"),
    )
    assert returned.trace == "021000020000009"


def test_entries_with_a_settlement_day_have_come_through_the_network():
    credit, debit = ACH.read(INCOMING.encode()).facts
    assert (credit.kind, credit.trace, credit.amount) == (
        "received",
        "011401530000001",
        Money(9_900, "usd"),
    )
    assert (credit.on, credit.direction, credit.remittance) == (
        date(2026, 3, 3),
        "debit",
        "INVOICE SEVEN",
    )
    assert credit.counterparty.name == "PAYING FIRM"
    assert credit.counterparty.account.routing_number == "011401533"
    assert credit.counterparty.tax_id == "1122334455"
    assert credit.end_to_end_id == "INV 7"
    assert (debit.kind, debit.direction, debit.amount) == ("received", "credit", Money(250, "usd"))
    assert (credit.details["direction"], debit.details["direction"]) == ("credit", "debit")


def test_arguments_about_returns_are_told_with_what_they_are_about():
    contested, dishonored = ACH.read(DISPUTE_FILE.encode()).facts
    assert (contested.kind, contested.code, contested.trace) == (
        "contested",
        "R73",
        "021000020000001",
    )
    assert contested.failure_code == "could_not_process"
    assert contested.details["dishonored_trace"] == "021000020000008"
    assert contested.details["disputed_return_trace"] == "011401530000007"
    assert (dishonored.kind, dishonored.code, dishonored.trace) == (
        "dishonored",
        "R68",
        "021000020000002",
    )
    assert dishonored.details["information"] == "TOO LATE"
    assert dishonored.on == date(2026, 3, 10)


def test_a_file_without_entries_is_read():
    header, *_, control = INCOMING.splitlines()
    nothing = f"{control[0]}{0:06d}{1:06d}{0:08d}{0:010d}{0:012d}{0:012d}"
    read = ACH.read(f"{header}\n{nothing}\n".encode())
    assert (read.facts, read.totals.count) == ((), 0)
    assert read.totals.credits == read.totals.debits == Money(0, "usd")


def test_a_ctx_entry_that_counts_its_addenda_wrongly_is_refused():
    lines = INCOMING.replace("CCD", "CTX").replace("DEMO PLATFORM   ", "0002DEMO PLATFORM")
    with pytest.raises(FileRefused, match="the entry says 2 addenda, 1 follow"):
        ACH.read(lines.replace("        1011401530000001", "       1011401530000001").encode())


RECEIPT = b"""\
ACH FILE RECEIPT
RECEIVED: 2026-03-02 17:01
FILE: 19876543212603021700A
REFERENCE: BZ000001
STATUS: REJECTED
ENTRIES: 3
DEBITS: 250
CREDITS: 12000
REASON: line 3: the account number is empty
REASON: line 4: trace number does not ascend
"""


def test_a_receipt_says_what_became_of_the_whole_file():
    assert ACH.recognize(RECEIPT) == "ach.receipt"
    read = ACH.read(RECEIPT)
    (fact,) = read.facts
    assert (fact.kind, fact.trace, fact.code, fact.line) == ("rejected", "", "REJECTED", 5)
    assert (
        fact.reason == "line 3: the account number is empty; line 4: trace number does not ascend"
    )
    assert fact.details == {
        "file_reference": "BZ000001",
        "identity": "19876543212603021700A",
    }
    assert (read.totals.count, read.totals.credits.amount, read.totals.debits.amount) == (
        3,
        12_000,
        250,
    )
    (taken,) = ACH.read(RECEIPT.replace(b"REJECTED", b"ACCEPTED")).facts
    assert taken.kind == "acknowledged"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"STATUS: REJECTED\n", b"", "STATUS: is missing"),
        (b"REJECTED", b"PERHAPS", "line 5: status 'PERHAPS' is not known"),
        (b"CREDITS: 12000", b"CREDITS: 1.5", "line 8: CREDITS is not a number"),
        (b"ENTRIES: 3", b"three entries", "line 6: is not a key, a colon and a value"),
    ],
)
def test_a_receipt_that_says_nothing_is_refused(old, new, reason):
    with pytest.raises(FileRefused, match=reason):
        ACH.read(RECEIPT.replace(old, new))
