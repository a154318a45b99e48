"""Statements tie out: opening, lines and closing, the same in BAI2 and camt.053."""

from datetime import date

import pytest
from lxml import etree

from bezant.sim.bai2_writer import write_bai2
from bezant.sim.statement import Line, Statement
from tests.sim.client import Pay, ach, drop, trace

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
NO_ACCOUNT = "000111111116"
SPACE = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}

BAI2 = """\
01,121042882,CLIENT,260301,0700,1,,,2/
02,CLIENT,121042882,1,260302,2359,USD,2/
03,9876543210,USD,010,100000,,,015,144000,,/
88,100,54000,2,,400,10000,1,/
16,195,50000,0,2603020000000001,top-up-1,INCOMING WIRE top-up-1/
16,466,10000,V,260302,,2603020000000002,BZREF001,ACH SETTLEMENT 2 ITEMS/
16,257,4000,V,260302,,2603020000000003,121042880000002,ACH RETURNED R03 JENNY/
88,ROSEN 000111111116/
49,372000,7/
98,372000,1,9/
99,372000,1,11/
"""


@pytest.fixture
def day(bank):
    """A wire, a file with one payment that comes back, and the statement of it all."""
    bank.wire_in("top-up/1", 50_000, day=MONDAY)
    drop(bank.courier.to_bank, "a.ach", ach([Pay(6_000), Pay(4_000, NO_ACCOUNT)]))
    bank.receive()
    bank.settle(MONDAY, at_once=True)
    return bank.close_day(MONDAY)


def written(bank, suffix):
    """Return the text of each statement of a format that reached the client, in order."""
    paths = sorted(bank.courier.from_bank.glob(f"statement-*{suffix}"))
    return [path.read_text() for path in paths]


@pytest.mark.usefixtures("day")
def test_the_bai2_file_is_what_it_should_be_sign_for_sign(bank):
    assert written(bank, ".bai2") == [BAI2]


def test_the_totals_of_a_statement_explain_its_closing(bank, day):
    assert day.opening + sum(line.amount for line in day.lines) == day.closing == bank.balance()


@pytest.mark.usefixtures("day")
def test_camt_holds_the_same_lines_as_bai2(bank):
    [text] = written(bank, ".xml")
    root = etree.fromstring(text.encode())
    found = [
        (
            entry.findtext("c:BkTxCd/c:Prtry/c:Cd", None, SPACE),
            entry.findtext("c:Amt", None, SPACE),
            entry.findtext("c:CdtDbtInd", None, SPACE),
            entry.findtext("c:AcctSvcrRef", None, SPACE),
            entry.findtext(".//c:EndToEndId", None, SPACE),
        )
        for entry in root.iterfind(".//c:Ntry", SPACE)
    ]
    assert found == [
        ("195", "500.00", "CRDT", "2603020000000001", "top-up-1"),
        ("466", "100.00", "DBIT", "2603020000000002", "BZREF001"),
        ("257", "40.00", "CRDT", "2603020000000003", trace(2)),
    ]


@pytest.mark.usefixtures("day")
def test_camt_states_both_balances_and_its_sums(bank):
    root = etree.fromstring(written(bank, ".xml")[0].encode())
    balances = {
        balance.findtext(".//c:Cd", None, SPACE): balance.findtext("c:Amt", None, SPACE)
        for balance in root.iterfind(".//c:Bal", SPACE)
    }
    assert balances == {"OPBD": "1000.00", "CLBD": "1440.00"}
    summary = root.find(".//c:TxsSummry", SPACE)
    sums = [node.text for node in summary.iter() if isinstance(node.tag, str) and node.text.strip()]
    assert sums == ["3", "640.00", "440.00", "CRDT", "2", "540.00", "1", "100.00"]
    assert root.findtext(".//c:RtrInf/c:Rsn/c:Prtry", None, SPACE) == "R03"
    assert root.findtext(".//c:Btch/c:NbOfTxs", None, SPACE) == "2"


def test_statements_follow_each_other_without_a_gap(bank, day):
    bank.wire_in("later", 700, day=TUESDAY)
    second, third = bank.close_day(TUESDAY), bank.close_day(TUESDAY)
    assert [second.number, third.number] == [2, 3]
    assert second.opening == day.closing
    assert second.closing == third.opening == third.closing == bank.balance()
    assert [line.customer_reference for line in second.lines] == ["later"]
    assert len(written(bank, ".bai2")) == len(written(bank, ".xml")) == 3


def test_a_statement_shows_nothing_of_the_days_after_it(bank):
    bank.wire_in("monday", 100, day=MONDAY)
    bank.wire_in("tuesday", 200, day=TUESDAY)
    assert [line.amount for line in bank.close_day(MONDAY).lines] == [100]
    assert [line.amount for line in bank.close_day(TUESDAY).lines] == [200]


def test_a_report_without_news_is_not_written(bank):
    assert bank.report(MONDAY) is None
    bank.wire_in("monday", 100, day=MONDAY)
    assert bank.report(MONDAY)
    assert bank.report(MONDAY) is None


def test_an_overdrawn_account_has_a_negative_balance(bank):
    drop(bank.courier.to_bank, "a.ach", ach([Pay(150_000)]))
    bank.run(MONDAY)
    assert "015,-50000,," in written(bank, ".bai2")[0]
    root = etree.fromstring(written(bank, ".xml")[0].encode())
    closing = root.findall(".//c:Bal", SPACE)[1]
    assert closing.findtext("c:Amt", None, SPACE) == "500.00"
    assert closing.findtext("c:CdtDbtInd", None, SPACE) == "DBIT"


def test_signs_of_xml_and_of_other_languages_do_no_harm(bank):
    drop(bank.courier.to_bank, "a.ach", ach([Pay(100, NO_ACCOUNT, name="R&D <A/S>, CO/")]))
    bank.wire_in("Žluťoučký, kůň/42", 100)
    bank.run(MONDAY, at_once=True)
    root = etree.fromstring(written(bank, ".xml")[0].encode())
    assert "R&D <A/S>, CO/" in root.findtext(".//c:Ntry[3]/c:AddtlNtryInf", None, SPACE)
    assert root.findtext(".//c:EndToEndId", None, SPACE) == "-lu-ou-k-- k---42"
    assert ",-lu-ou-k-- k---42," in written(bank, ".bai2")[0]


def test_no_record_is_wider_than_eighty(bank):
    text = " ".join(["WORD"] * 60)
    line = Line(1, MONDAY, "257", 5, 1, "R1", "C1", text)
    now = bank._clock.now()
    content = write_bai2(Statement(1, MONDAY, now, "1", "121042882", 0, [line])).decode()
    assert max(map(len, content.splitlines())) <= 80
    assert content.count("WORD") == 60
    assert sum(record.startswith("88,") for record in content.splitlines()) > 3


def amounts(record):
    """Return the amounts of a record of a statement as they count in its controls."""
    places = {"03": (4, 8), "88": (2, 6), "16": (2,)}[record[:2]]
    fields = record.rstrip("/").split(",")
    return [int(fields[place]) for place in places]


@pytest.mark.usefixtures("day")
def test_control_totals_are_counted_by_the_book(bank):
    [text] = written(bank, ".bai2")
    records = text.splitlines()
    counted = [record for record in records if record.startswith(("03,", "88,100,", "16,"))]
    total = sum(amount for record in counted for amount in amounts(record))
    assert records[-3:] == [
        f"49,{total},{len(records) - 4}/",
        f"98,{total},1,{len(records) - 2}/",
        f"99,{total},1,{len(records)}/",
    ]
