"""Any bank file as one summary: what it holds, what is wrong, and whether it ties."""

import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.errors import InvalidRequest
from bezant.reading.files import read_file
from bezant.server.rails import RAILS
from tests.rails import ach_samples, acss_samples, bacs_samples
from tests.reading.papers import BAI2, CAMT, CARD, MT940, MT942, PAIN_001, PAIN_002

FILES = {
    "nacha": ach_samples.RETURN_FILE.encode(),
    "bai2": BAI2,
    "camt.053": CAMT,
    "mt940": MT940,
    "mt942": MT942,
    "pain.001": PAIN_001,
    "pain.002": PAIN_002,
    "iso8583": CARD,
    "cpa-005": acss_samples.RETURNS,
    "bacs-arudd": bacs_samples.ARUDD.encode(),
}


def read(data, kind=""):
    items = []
    return read_file(io.BytesIO(data), RAILS, items.append, kind), items


@pytest.mark.parametrize("kind", FILES)
def test_each_kind_is_recognised_and_accepted(kind):
    summary, items = read(FILES[kind])
    assert summary.kind == kind
    assert summary.accepted
    assert not summary.refusals
    assert not summary.breaks
    assert items
    assert read(FILES[kind], kind) == (summary, items)


def test_a_return_file_says_what_came_back():
    summary, items = read(FILES["nacha"])
    assert summary.ties_out
    assert summary.entries == len(items)
    assert set(summary.codes) == {code for item in items for code in item.codes}
    assert all(item.references["original_trace"] for item in items)
    assert sum(item.amount for item in items) == sum(
        (*summary.debits.values(), *summary.credits.values())
    )


def test_a_refused_file_still_says_what_it_holds():
    text = ach_samples.RETURN_FILE
    broken = (
        text.replace("\n626", "\n6X6", 1) if "\n626" in text else text.replace("\n621", "\n6X1", 1)
    )
    assert broken != text
    summary, items = read(broken.encode())
    assert not summary.accepted
    assert all(finding.line and finding.reason for finding in summary.refusals)
    assert summary.entries == len(items) == read(text.encode())[0].entries


def test_totals_that_differ_are_breaks():
    text = ach_samples.RETURN_FILE
    control = next(line for line in text.splitlines() if line.startswith("8"))
    summary, _ = read(text.replace(control, f"{control[:20]}{'9' * 12}{control[32:]}").encode())
    assert summary.ties_out is False
    assert any("debits are" in each.reason for each in summary.breaks)
    assert not summary.accepted


def test_a_statement_is_proven_by_its_lines():
    summary, items = read(CAMT)
    assert summary.format == "camt.053.001.08"
    assert summary.ties_out is True
    assert (summary.batches, summary.entries, len(items)) == (1, 2, 3)
    assert summary.credits == {"eur": 5_000}
    assert summary.debits == {"eur": 1_500}
    assert [(each.code, each.amount) for each in summary.balances] == [
        ("OPBD", 10_000),
        ("CLBD", 13_500),
    ]
    assert items[2].codes == ("PMNT.ICDT.ESCT",)
    assert items[0].references == {
        "bank": "B1",
        "customer": "E2E-1",
        "end_to_end_id": "E2E-1",
        "uetr": "97ed4827-7b6f-4491-a06f-b548d5a7512d",
    }


def test_a_statement_that_does_not_add_up_is_accepted_with_a_break():
    summary, _ = read(CAMT.replace(b">135.00<", b">136.00<"))
    assert summary.accepted
    assert summary.ties_out is False
    (one,) = summary.breaks
    assert (one.difference, one.currency) == (-100, "eur")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b">135.00<", b">150.00<", "leaves out what has its value later"),
        (
            b"<Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-05",
            b"<Cd>PDNG</Cd></Sts><BookgDt><Dt>2026-03-05",
            "counts what is still pending",
        ),
    ],
)
def test_a_difference_that_is_explained_whole_is_no_break(old, new, reason):
    said = CAMT.replace(old, new)
    assert said != CAMT
    summary, _ = read(said)
    assert summary.ties_out is True
    assert reason in summary.warnings[0].reason


def test_statements_that_do_not_follow_each_other_are_a_break():
    second = MT940.replace(b"C260302EUR1000,00", b"C260303EUR1300,00").replace(
        b"C260303EUR1200,00", b"C260304EUR1500,00"
    )
    summary, _ = read(MT940 + second)
    assert any("does not open where" in each.reason for each in summary.breaks)


def test_a_sum_of_neither_side_is_refused():
    summary, _ = read(MT942.replace(b":90C:", b":90:"))
    assert [finding.path for finding in summary.refusals] == [":90:"]


def test_an_order_is_held_against_its_header():
    summary, items = read(PAIN_001)
    assert summary.ties_out is True
    assert summary.format == "pain.001.001.09"
    assert (summary.batches, summary.entries) == (2, 3)
    assert [item.batch for item in items] == [1, 1, 2]
    assert summary.credits == {"eur": 600}
    wrong, _ = read(PAIN_001.replace(b"<CtrlSum>6.00<", b"<CtrlSum>6.01<"))
    assert not wrong.accepted
    assert wrong.refusals[0].path == "/Document/CstmrCdtTrfInitn/GrpHdr/CtrlSum"
    assert "the payments make 6.00" in wrong.refusals[0].reason
    short, _ = read(PAIN_001.replace(b"<NbOfTxs>2<", b"<NbOfTxs>3<"))
    assert short.refusals[0].path == "/Document/CstmrCdtTrfInitn/PmtInf/NbOfTxs"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"<PmtMtd>TRF</PmtMtd>", b"<PmtMtd>XYZ</PmtMtd>", "'XYZ' is not one of"),
        (b"<PmtMtd>TRF</PmtMtd>", b"", "PmtMtd is missing"),
        (b"<PmtMtd>TRF</PmtMtd>", b"<PmtMtd>TRF</PmtMtd>" * 2, "stands more than 1 times"),
        (b"<Dt>2026-03-06<", b"<Dt>2026-03-36<", "2026-03-36"),
    ],
)
def test_an_order_is_held_to_its_structure_to_the_last_element(old, new, reason):
    assert old in PAIN_001
    summary, _ = read(PAIN_001.replace(old, new))
    assert not summary.accepted
    assert reason in summary.refusals[0].reason
    assert summary.refusals[0].line
    assert summary.refusals[0].path.startswith("/Document/CstmrCdtTrfInitn/PmtInf")


def test_elements_that_no_structure_is_known_of_are_only_counted():
    enquiry = (
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.027.001.07"><ClmNonRct>'
        b"<Assgnmt><Id>A1</Id></Assgnmt></ClmNonRct></Document>"
    )
    summary, _ = read(enquiry)
    assert summary.accepted
    assert "not checked" in summary.warnings[0].reason


def test_a_status_report_names_reasons_in_their_order():
    summary, items = read(PAIN_002)
    assert summary.codes == ("NARR", "AC01")
    assert summary.statuses == ("RJCT",)
    assert items[0].references["original_end_to_end_id"] == "E2E-1"
    assert items[0].codes == ("AC01",)


def test_a_card_number_stays_hidden():
    summary, (item,) = read(CARD)
    assert summary.details["f2"] == "424242******4242"
    shown = read_file(io.BytesIO(CARD), RAILS, lambda _: None, reveal=True)
    assert shown.details["f2"] == "4242424242424242"
    assert (item.amount, item.currency, item.direction) == (5_000, "usd", "debit")
    assert item.references["trace"] == "000001"


def test_bai2_tells_its_controls():
    summary, _ = read(BAI2)
    assert summary.ties_out is True
    assert summary.details["file_controls"] == "25000"
    assert summary.batches == 1


@pytest.mark.parametrize("data", [b"", b"hello\n", b"<a/>", b"\x00" * 100])
def test_what_nobody_knows_is_refused(data):
    summary, items = read(data)
    assert not summary.accepted
    assert "no reader knows this file" in summary.refusals[0].reason
    assert items == []


def test_a_kind_that_is_told_is_not_guessed():
    assert not read(CAMT, "bai2")[0].accepted
    assert not read(MT940, "camt.053")[0].accepted
    with pytest.raises(
        InvalidRequest, match="There is no reader for ofx; there are ach, acss, bacs, bai2"
    ):
        read(CAMT, "ofx")


@given(st.sampled_from(sorted(FILES)), st.integers(0, 2**32))
def test_any_damage_gives_a_summary(kind, seed):
    chance = random.Random(seed)
    data = bytearray(FILES[kind])
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data))
        data[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    summary, _ = read(bytes(data), kind)
    assert summary.accepted is not bool(summary.refusals)


@given(st.sampled_from(sorted(FILES)), st.binary(max_size=200))
def test_any_bytes_give_a_summary(kind, data):
    assert read(data, kind)[0].accepted is not bool(read(data, kind)[0].refusals)
