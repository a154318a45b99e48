"""The bank's reader takes a correct file whole and refuses every other with line and reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.kernel.errors import FileRefused
from bezant.sim.schemes.ach.reader import read_ach
from tests.sim.client import ROUTING, Pay, ach

GOLDEN = """\
101 12104288212345678902603011200A094101SANDBOX BANK           BEZANT                 BZREF001
5200BEZANT                              1234567890CTXPAYOUT          260302   1121042880000001
622110000000000123456789     0000012345po_1           0002JENNY ROSEN         1121042880000001
705INVOICE 1                                                                       00010000001
705INVOICE 2                                                                       00020000001
637110000000000123456789     0000000055po_2           0000JENNY ROSEN         0121042880000002
820000000400220000000000000000550000000123451234567890                         121042880000001
5220BEZANT                              1234567890PPDPAYOUT                   1121042880000002
623121042882000123456789     0000000000po_3           JENNY ROSEN             0121042880000003
822000000100121042880000000000000000000000001234567890                         121042880000002
9000002000002000000050034104288000000000055000000012345
"""
GOLDEN = "".join(f"{record:<94}\n" for record in GOLDEN.splitlines()).encode()

PLAIN = ach([Pay(6_000), Pay(4_000)])
ENTRY = 2


def refused(content):
    """Return the reasons for which the reader refuses, as text."""
    with pytest.raises(FileRefused) as caught:
        read_ach(content, ROUTING)
    return str(caught.value)


def edited(line, start, text):
    """Return the plain file with a text put over one of its records; columns from 1."""
    records = PLAIN.decode().splitlines()
    record = records[line]
    records[line] = record[: start - 1] + text + record[start - 1 + len(text) :]
    return ("\n".join(records) + "\n").encode()


def test_every_field_of_a_file_is_read():
    file = read_ach(GOLDEN, ROUTING)
    assert (file.origin, file.modifier, file.reference) == ("1234567890", "A", "BZREF001")
    assert (file.origin_name, file.destination_name) == ("BEZANT", "SANDBOX BANK")
    first, second = file.batches
    assert (first.sec, first.description, first.company) == ("CTX", "PAYOUT", "BEZANT")
    assert first.effective
    assert first.effective.isoformat() == "2026-03-02"
    assert second.effective is None
    paid, collected = first.entries
    assert (paid.amount, paid.is_credit, paid.trace) == (12_345, True, "121042880000001")
    assert (paid.routing, paid.account) == ("110000000", "000123456789")
    assert (paid.identity, paid.name) == ("po_1", "JENNY ROSEN")
    assert (collected.amount, collected.is_credit) == (55, False)
    assert second.entries[0].amount == 0


@pytest.mark.parametrize(
    ("line", "start", "text", "reason"),
    [
        (0, 2, "02", "priority code"),
        (0, 4, " 110000000", "another bank"),
        (0, 4, " 121042883", "fails its check"),
        (0, 14, " " * 10, "origin is empty"),
        (0, 24, "260231", "not a date"),
        (0, 30, "2460", "not a time"),
        (0, 34, "a", "modifier"),
        (0, 35, "080", "not 094101"),
        (1, 2, "280", "service class"),
        (1, 2, "225", "in a batch of service class 225"),
        (1, 5, " " * 16, "company name is empty"),
        (1, 41, " " * 10, "company identification is empty"),
        (1, 51, "IAT", "not taken here"),
        (1, 54, " " * 10, "description is empty"),
        (1, 70, "261301", "not a date"),
        (1, 79, "2", "originator status"),
        (1, 80, "11000000", "another bank"),
        (1, 88, "0000000", "does not ascend"),
        (ENTRY, 2, "21", "transaction code '21'"),
        (ENTRY, 12, "1", "check digit"),
        (ENTRY, 13, " " * 17, "account number is empty"),
        (ENTRY, 30, "000000600 ", "is not a number"),
        (ENTRY, 30, "0000000000", "amount of 0"),
        (ENTRY, 30, "0000006001", "records above make 10001"),
        (ENTRY, 55, " " * 22, "name is empty"),
        (ENTRY, 79, "2", "addenda indicator"),
        (ENTRY, 79, "1", "announces addenda"),
        (ENTRY, 80, "11000000", "does not begin with the ODFI"),
        (ENTRY + 1, 88, "0000001", "does not ascend"),
        (4, 2, "225", "service class"),
        (4, 5, "000003", "count says 3"),
        (4, 11, "0000000001", "entry hash says 1"),
        (4, 21, "000000000001", "debits says 1"),
        (4, 33, "000000000001", "credits says 1"),
        (4, 45, "0987654321", "company says"),
        (4, 80, "11000000", "ODFI says"),
        (4, 88, "0000002", "number says 2"),
        (5, 2, "000002", "batch count says 2"),
        (5, 8, "000002", "block count says 2"),
        (5, 14, "00000003", "count says 3"),
        (5, 22, "0000000001", "entry hash says 1"),
        (5, 32, "000000000001", "debits says 1"),
        (5, 44, "000000000001", "credits says 1"),
    ],
)
def test_a_wrong_field_is_named(line, start, text, reason):
    told = refused(edited(line, start, text))
    assert reason in told
    assert "line " in told


def test_every_fault_is_told_with_its_line():
    told = refused(edited(ENTRY, 30, "0000006001").replace(b"01121042882", b"02121042882"))
    assert told.count("line ") >= 2


def test_a_file_with_more_faults_than_anybody_reads_is_given_up():
    many = ach([Pay(1, routing="110000001") for _ in range(1_000)])
    assert refused(many).count("check digit") == 20


@pytest.mark.parametrize("content", [b"", b"\n\n", b"<html>", b"\xff" * 94, PLAIN * 2, PLAIN[1:]])
def test_what_is_no_file_is_refused(content):
    assert refused(content)


def test_line_ends_of_another_system_and_missing_padding_are_taken():
    assert len(read_ach(PLAIN.replace(b"\n", b"\r\n"), ROUTING).entries) == 2
    bare = PLAIN[: PLAIN.index(b"9" * 94)]
    assert len(read_ach(bare, ROUTING).entries) == 2


@given(cut=st.integers(0, PLAIN.index(b"9" * 94) - 2))
def test_a_truncated_file_is_refused_wherever_it_ends(cut):
    assert refused(PLAIN[:cut])


@given(at=st.integers(0, 5), other=st.integers(0, 5))
@settings(max_examples=60)
def test_a_record_lost_doubled_or_moved_is_refused(at, other):
    records = PLAIN.splitlines(keepends=True)
    lost = records[:at] + records[at + 1 :]
    assert refused(b"".join(lost))
    assert refused(b"".join([*records[: at + 1], *records[at:]]))
    records[at], records[other] = records[other], records[at]
    if at != other:
        assert refused(b"".join(records))


@given(at=st.integers(0, len(PLAIN) - 1), digit=st.integers(0, 9))
@settings(max_examples=500)
def test_a_changed_digit_never_changes_what_is_paid(at, digit):
    changed = PLAIN[:at] + b"%d" % digit + PLAIN[at + 1 :]
    try:
        file = read_ach(changed, ROUTING)
    except FileRefused:
        return
    assert [(entry.amount, entry.routing) for entry in file.entries] == [
        (6_000, "110000000"),
        (4_000, "110000000"),
    ]
