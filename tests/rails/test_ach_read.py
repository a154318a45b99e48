"""NACHA files as they are read: what banks send, what is tolerated, and every way to be wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rails.ach import ACH
from tests.rails.ach_samples import CHANGE_FILE, RETURN_FILE, instruction, instruction_lists, packed

FILE = packed(instruction(1), instruction(2, amount=250), instruction(3, holder="company"))
ROWS = FILE.decode().splitlines()


def joined(rows):
    return "".join(f"{row}\n" for row in rows).encode()


def refusal(data):
    with pytest.raises(FileRefused) as refused:
        ACH.read(data)
    return refused.value.problems


def said(problems):
    return "\n".join(str(problem) for problem in problems)


def money_of(read):
    return [(fact.kind, fact.trace, fact.amount, fact.code) for fact in read.facts]


def test_a_return_file_says_what_came_back():
    read = ACH.read(RETURN_FILE.encode())
    assert [(fact.kind, fact.trace, fact.amount, fact.code, fact.line) for fact in read.facts] == [
        ("returned", "021000020000001", Money(6000, "usd"), "R03", 3),
        ("returned", "021000020000002", Money(250, "usd"), "R01", 5),
    ]
    first, second = read.facts
    assert (first.failure_code, second.failure_code) == ("no_account", "insufficient_funds")
    assert first.reason == "No account, or the account cannot be found"
    assert first.on == date(2026, 3, 4)
    assert first.details["return_trace"] == "011401530000001"
    assert second.details["information"] == "CLOSED SINCE MAY"
    assert read.totals.credits == Money(6250, "usd")


def test_a_change_notice_says_what_to_correct():
    (fact,) = ACH.read(CHANGE_FILE.encode()).facts
    assert (fact.kind, fact.trace, fact.code) == ("corrected", "021000020000001", "C03")
    assert fact.amount is None
    assert fact.details == {"routing_number": "026009593", "account_number": "98765432109876543"}


def test_a_file_of_ours_reads_as_what_was_submitted():
    read = ACH.read(FILE)
    assert read.totals.details["reference"] == "BZ000001"
    assert read.totals.details["batches"] == "2"
    details = {fact.trace: fact.details for fact in read.facts}
    assert details["021000020000001"] == {
        "class_code": "PPD",
        "transaction_code": "22",
        "direction": "credit",
        "routing_number": "011401533",
        "account_number": "000123456789",
        "name": "ADA LOVELACE",
        "identification": "",
        "description": "PAYOUT",
        "batch": "2",
    }
    assert details["021000020000003"]["class_code"] == "CCD"


@pytest.mark.parametrize(
    ("name", "data", "warnings"),
    [
        ("unpadded lines", joined(row.rstrip() for row in ROWS), 1),
        ("no filler", joined(row for row in ROWS if row.strip("9")), 0),
        ("one unbroken line", "".join(ROWS).encode(), 0),
        ("one unbroken line and a newline", "".join(ROWS).encode() + b"\r\n", 0),
        ("carriage returns", "\r\n".join(ROWS).encode(), 0),
        ("old carriage returns", "\r".join(ROWS).encode(), 0),
        ("blank lines at the end", FILE + b"\n\n\r\n", 0),
        ("end-of-file mark", FILE + b"\x1a", 0),
        ("byte order mark", b"\xef\xbb\xbf" + FILE, 0),
        ("spaces after the columns", joined(f"{row}  " for row in ROWS[:9]), 9),
        ("a part of the filler", joined([*ROWS, "9" * 94]), 1),
        ("short filler", joined([*ROWS[:9], "999"]), 0),
    ],
)
def test_what_banks_do_to_lines_is_tolerated(name, data, warnings):
    read = ACH.read(data)
    assert money_of(read) == money_of(ACH.read(FILE)), name
    assert len(read.warnings) == warnings, read.warnings


def edited(line, column, text, rows=ROWS):
    """Return the file with columns of one line, both counted from 1, overwritten."""
    row = rows[line - 1].ljust(94)
    changed = row[: column - 1] + text + row[column - 1 + len(text) :]
    return joined([*rows[: line - 1], changed, *rows[line:]])


RETURN_ROWS = RETURN_FILE.splitlines()
CHANGE_ROWS = CHANGE_FILE.splitlines()

WRONG = {
    "empty": (b"", None, "the file is empty"),
    "blank": (b" \n\n", None, "the file is empty"),
    "priority": (edited(1, 2, "02"), 1, "priority is 02, not 01"),
    "record size": (edited(1, 35, "095"), 1, "record size is 095, not 094"),
    "created": (edited(1, 24, "260230"), 1, "260230 is no date"),
    "letters in a number": (edited(3, 30, "00000O6000"), 3, "amount (columns 30-39)"),
    "class": (edited(2, 51, "XYZ"), 2, "entry class 'XYZ' is not known"),
    "service class": (edited(2, 2, "280"), 2, "service class 280 is not read"),
    "effective date": (edited(2, 70, "260231"), 2, "effective date 260231 is no date"),
    "check digit": (edited(3, 12, "4"), 3, "the check digit of the routing number is wrong"),
    "debit in credits": (edited(3, 2, "27"), 3, "a debit in a batch of the other direction"),
    "transaction code": (edited(3, 2, "25"), 3, "transaction code 25 is not known"),
    "prenote": (edited(3, 2, "23"), 3, "transaction code 23 has an amount"),
    "bank of the trace": (edited(3, 80, "9"), 3, "is not of the batch's bank"),
    "addenda promised": (edited(3, 79, "1"), 3, "does not fit 0 addenda"),
    "amount": (edited(3, 39, "1"), 4, "credits is 6000, the entries make 6001"),
    "bank": (edited(3, 4, "021000021"), 4, "hash is 1140153, the entries make 2100002"),
    "count": (edited(4, 5, "000002"), 4, "count is 2, the entries make 1"),
    "control debits": (edited(4, 21, "000000000001"), 4, "debits is 1, the entries make 0"),
    "control class": (edited(4, 2, "200"), 4, "service class is '200', the header's is '220'"),
    "control company": (edited(4, 45, "X"), 4, "company id is 'X987654321'"),
    "control bank": (edited(4, 80, "9"), 4, "odfi is '92100002'"),
    "control number": (edited(4, 94, "7"), 4, "batch number is '0000007'"),
    "file batches": (edited(9, 2, "000003"), 9, "batch count is 3, not 2"),
    "file blocks": (edited(9, 8, "000002"), 9, "block count is 2, not 1"),
    "file count": (edited(9, 14, "00000004"), 9, "count is 4, the entries make 3"),
    "file hash": (edited(9, 22, "9"), 9, "hash is 9003420459"),
    "file credits": (edited(9, 44, "000000000001"), 9, "credits is 1, the entries make 12250"),
    "no header": (joined(ROWS[1:]), 1, "does not begin with a file header"),
    "two headers": (joined([ROWS[0], *ROWS]), 2, "a second file header"),
    "no batch header": (joined([ROWS[0], *ROWS[2:]]), 2, "an entry (6) outside a batch"),
    "no batch control": (joined([*ROWS[:3], *ROWS[4:]]), 4, "has no control record (8)"),
    "lone control": (joined([*ROWS[:4], *ROWS[3:]]), 5, "a batch control (8) outside a batch"),
    "no file control": (joined(ROWS[:8]), 8, "the file ends without a file control"),
    "cut in a batch": (joined(ROWS[:6]), 6, "the batch of line 5 has no control record"),
    "two files": (FILE + FILE, 11, "a record after the file control"),
    "doubled batch": (joined([*ROWS[:4], *ROWS[1:]]), 5, "is doubled or out of order"),
    "doubled entry": (joined([*ROWS[:3], *ROWS[2:]]), 4, "does not ascend"),
    "doubled trace": (edited(6, 94, "3"), 6, "trace 021000020000003 is in the file twice"),
    "swapped entries": (joined([*ROWS[:5], ROWS[6], ROWS[5], *ROWS[7:]]), 7, "does not ascend"),
    "unknown type": (joined([*ROWS[:3], "4", *ROWS[3:]]), 4, "record type '4' is not known"),
    "shifted line": (joined([*ROWS[:2], f" {ROWS[2]}", *ROWS[3:]]), 3, "95 characters long"),
    "shifted and cut": (joined([*ROWS[:2], f" {ROWS[2]}"[:94], *ROWS[3:]]), 3, "type ' '"),
    "cut line": (joined([*ROWS[:2], ROWS[2][:90], *ROWS[3:]]), 3, "trace (columns 80-94)"),
    "control character": (edited(3, 60, "\x07"), 3, "column 60 holds '\\x07'"),
    "byte beyond ASCII": (edited(3, 60, "é"), 3, "not printable ASCII"),
    "addenda type": (edited(4, 2, "97", RETURN_ROWS), 4, "addenda type '97' is not known"),
    "addenda alone": (edited(3, 1, "7", RETURN_ROWS), 3, "follows no entry"),
    "return reason": (edited(4, 4, "X03", RETURN_ROWS), 4, "return reason 'X03'"),
    "original trace": (edited(4, 7, " ", RETURN_ROWS), 4, "original trace (columns 7-21)"),
    "returned twice": (edited(6, 21, "1", RETURN_ROWS), 5, "is returned twice"),
    "change code": (edited(4, 4, "R03", CHANGE_ROWS), 4, "change code 'R03'"),
    "change without addenda": (
        joined([*CHANGE_ROWS[:3], *CHANGE_ROWS[4:]]),
        3,
        "the notice of change has no addenda 98",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_fault_is_named_with_its_line(name):
    data, line, reason = WRONG[name]
    problems = refusal(data)
    assert any(reason in p.reason and p.line == line for p in problems), said(problems)


def test_a_single_wrong_field_is_a_single_problem():
    assert len(refusal(edited(3, 12, "4"))) == 1
    assert len(refusal(edited(1, 2, "02"))) == 1


def test_every_problem_is_listed_in_the_order_of_lines():
    rows = [*ROWS]
    rows[2] = rows[2][:11] + "4" + rows[2][12:]
    rows[5] = rows[5][:11] + "5" + rows[5][12:]
    problems = refusal(joined(rows))
    assert [problem.line for problem in problems] == [3, 6]


def test_an_unknown_return_reason_is_read_with_a_warning():
    read = ACH.read(edited(4, 4, "R99", RETURN_ROWS))
    assert (read.facts[0].code, read.facts[0].failure_code) == ("R99", "could_not_process")
    assert "R99 is not in the table" in "\n".join(read.warnings)


def test_a_control_without_company_is_tolerated():
    read = ACH.read(edited(4, 45, " " * 10))
    assert read.warnings == ("line 4: the control leaves out the company id",)


def test_a_return_is_dated_by_its_settlement_day_or_else_by_the_file():
    assert ACH.read(edited(2, 76, "062", RETURN_ROWS)).facts[0].on == date(2026, 3, 3)
    assert ACH.read(edited(2, 76, "364", RETURN_ROWS)).facts[0].on == date(2025, 12, 30)
    assert ACH.read(edited(2, 76, "   ", RETURN_ROWS)).facts[0].on == date(2026, 3, 4)
    assert ACH.read(edited(2, 76, "999", RETURN_ROWS)).facts[0].on == date(2026, 3, 4)


def test_a_file_of_something_else_is_not_read_to_its_end():
    problems = refusal(b"hello\n" * 100_000)
    assert problems[-1] == (1000, None, "reading stopped here")
    assert len(problems) < 1100


@st.composite
def damaged(draw):
    """A packed file with one of the accidents that happen to files."""
    whole = draw(instruction_lists().map(lambda drawn: packed(*drawn)))
    rows = whole.decode().splitlines()
    at = draw(st.integers(0, len(rows) - 1))
    entries = [number for number, row in enumerate(rows) if row[0] == "6"]
    accident = draw(st.sampled_from(["truncate", "shift", "delete", "double", "digit", "swap"]))
    if accident == "truncate":
        return whole, whole[: draw(st.integers(0, len(whole) - 1))]
    if accident == "shift":
        column = draw(st.integers(0, 93))
        moved = f"{rows[at][:column]} {rows[at][column:]}"
        rows[at] = draw(st.sampled_from([moved, moved[:94], rows[at][1:], f"{rows[at][1:]} "]))
    if accident == "delete":
        del rows[at]
    if accident == "double":
        rows.insert(draw(st.integers(0, len(rows))), rows[at])
    if accident == "digit":
        at, column = draw(st.sampled_from(entries)), draw(st.integers(29, 38))
        digit = draw(st.sampled_from([d for d in "0123456789" if d != rows[at][column]]))
        rows[at] = rows[at][:column] + digit + rows[at][column + 1 :]
    if accident == "swap":
        other = draw(st.integers(0, len(rows) - 1))
        rows[at], rows[other] = rows[other], rows[at]
    return whole, joined(rows)


@given(damaged())
def test_a_damaged_file_is_refused_or_says_the_same_of_money(files):
    whole, broken = files
    try:
        read = ACH.read(broken)
    except FileRefused:
        return
    assert money_of(read) == money_of(ACH.read(whole))
    assert routes_of(read) == routes_of(ACH.read(whole))


def routes_of(read):
    return [fact.details["routing_number"] for fact in read.facts]


@given(st.data())
def test_any_one_digit_of_an_amount_is_noticed(data):
    at = data.draw(st.sampled_from([number for number, row in enumerate(ROWS) if row[0] == "6"]))
    column = data.draw(st.integers(29, 38))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != ROWS[at][column]]))
    problems = refusal(edited(at + 1, column + 1, digit))
    assert any("credits is" in problem.reason for problem in problems)
