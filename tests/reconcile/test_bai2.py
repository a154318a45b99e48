"""BAI2 statements: what banks write, what is tolerated, and every way to be wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.reconcile.bai2 import read_bai2
from bezant.reconcile.statement import Statement, ties_out
from tests.rails.steps import steps_of

ROWS = [
    "01,021000021,CLIENT,260304,1800,7,80,,2/",
    "02,CLIENT,021000021,1,260304,2359,USD,2/",
    "03,000111222333,USD,010,1000000,,,015,1394250,,/",
    "88,100,406250,2,,400,12000,1,/",
    "16,195,400000,0,W0001,TOPUP 42,WIRE FROM ACME, INC/",
    "88,REF A/B, PART 2/",
    "16,466,12000,V,260304,,B0001,BZ000001,ACH FILE/",
    "16,257,6250,Z,B0002,021000020000001,RETURN R03/",
    "49,3230750,7/",
    "03,000999,EUR,010,-500,,/",
    "16,475,100,S,0,100,0,CHECK1,,/",
    "49,-400,3/",
    "98,3230350,2,12/",
    "99,3230350,1,14/",
]


def joined(rows):
    return "".join(f"{row}\n" for row in rows).encode()


FILE = joined(ROWS)


def replaced(line, old, new):
    """Return the file with a text of one line (from 1) replaced."""
    assert old in ROWS[line - 1]
    return joined([*ROWS[: line - 1], ROWS[line - 1].replace(old, new, 1), *ROWS[line:]])


def without(line):
    return joined([*ROWS[: line - 1], *ROWS[line:]])


def doubled(first, last):
    return joined([*ROWS[:last], *ROWS[first - 1 :]])


def money_of(statements):
    return [
        (said.account, said.opening, said.closing, [line.signed for line in said.lines])
        for said in statements
    ]


def test_a_file_of_two_accounts():
    first, second = read_bai2(FILE)
    assert (first.account, first.currency) == ("000111222333", "usd")
    assert (first.opening, first.closing) == (Money(1_000_000, "usd"), Money(1_394_250, "usd"))
    assert ties_out(first) == Money(0, "usd")
    assert first.from_date == first.to_date == date(2026, 3, 4)
    assert (second.account, second.currency) == ("000999", "eur")
    assert (second.opening, second.closing) == (Money(-500, "eur"), None)
    assert (first.id, second.id) == ("021000021/260304/7/1", "021000021/260304/7/2")


def test_the_lines_of_a_statement():
    wire, offset, returned = read_bai2(FILE)[0].lines
    assert (wire.code, wire.signed) == ("195", Money(400_000, "usd"))
    assert (wire.bank_reference, wire.customer_reference) == ("W0001", "TOPUP 42")
    assert wire.description == "WIRE FROM ACME, INC REF A/B, PART 2"
    assert (wire.value_date, wire.line_no) == (date(2026, 3, 4), 5)
    assert (offset.code, offset.signed) == ("466", Money(-12_000, "usd"))
    assert offset.customer_reference == "BZ000001"
    assert (returned.code, returned.signed) == ("257", Money(6_250, "usd"))
    assert returned.customer_reference == "021000020000001"
    assert returned.value_date is None


def account_of(*records, currency="USD"):
    """Return a file of one account with these records and right trailers."""
    total = sum(amount for amount, _ in records)
    rows = [f"03,1,{currency},,,,/", *(row for _, text in records for row in text.split("\n"))]
    rows = [
        "01,B,C,260304,1800,1,80,,2/",
        "02,C,B,1,260304,2359,USD,2/",
        *rows,
        f"49,{total},{len(rows) + 1}/",
        f"98,{total},1,{len(rows) + 3}/",
        f"99,{total},1,{len(rows) + 5}/",
    ]
    return joined(rows)


@pytest.mark.parametrize(
    ("record", "value_date", "references", "text"),
    [
        ("16,195,10,,B,C,TEXT/", None, ("B", "C"), "TEXT"),
        ("16,195,10,Z,B,C,TEXT/", None, ("B", "C"), "TEXT"),
        ("16,195,10,0,B,C,TEXT/", "2026-03-04", ("B", "C"), "TEXT"),
        ("16,195,10,1,B,C,TEXT/", None, ("B", "C"), "TEXT"),
        ("16,195,10,2,B,C,TEXT/", None, ("B", "C"), "TEXT"),
        ("16,195,10,V,260306,,B,C,TEXT/", "2026-03-06", ("B", "C"), "TEXT"),
        ("16,195,10,V,260306,1200,B,C,TEXT/", "2026-03-06", ("B", "C"), "TEXT"),
        ("16,195,10,V,,,B,C,TEXT/", None, ("B", "C"), "TEXT"),
        ("16,195,10,S,1,2,7,B,C,TEXT/", None, ("B", "C"), "TEXT"),
        ("16,195,10,S,,,10,B,C,TEXT/", None, ("B", "C"), "TEXT"),
        ("16,195,10,D,3,0,1,1,2,3,7,B,C,TEXT/", None, ("B", "C"), "TEXT"),
        ("16,195,10,D,0,B,C,TEXT/", None, ("B", "C"), "TEXT"),
        ("16,195,10,Z,,,/", None, ("", ""), ""),
        ("16,195,10,Z/", None, ("", ""), ""),
        ("16,195,10", None, ("", ""), ""),
        ("16,195,10,Z,B,C,NO SLASH AT THE END", None, ("B", "C"), "NO SLASH AT THE END"),
        ("16,195,10,Z,B,C,A/B,C, D/16 E//", None, ("B", "C"), "A/B,C, D/16 E/"),
        ("16,195,10,Z,B,C,ON 12/16,2024/", None, ("B", "C"), "ON 12/16,2024"),
        ("16,195,10,Z,B,C,A/88,B/", None, ("B", "C"), "A/88,B"),
        ("16,195,10,Z,B,C,A/16,195,99,Z,,,X/", None, ("B", "C"), "A/16,195,99,Z,,,X"),
        ("16,195,10,Z,B,C,A/99,10,1,3/", None, ("B", "C"), "A/99,10,1,3"),
        ("16,195,10,Z,NONREF,C,/", None, ("", "C"), ""),
        ("16,195,10,Z,B,C,TEXT     /", None, ("B", "C"), "TEXT"),
        ("16,195,10,Z,B,C,ONE/\n88,TWO, THREE/\n88,FOUR/", None, ("B", "C"), "ONE TWO, THREE FOUR"),
        ("16,195/\n88,10,Z,B/\n88,C,TEXT/", None, ("B", "C"), "TEXT"),
        ("16,195,10,V/\n88,260306,,B,C/\n88,TEXT/", "2026-03-06", ("B", "C"), "TEXT"),
        ("16,195,10,D,2,0/\n88,1,1,9,B,C,TEXT/", None, ("B", "C"), "TEXT"),
        ("16,195,+0000000000000010,Z,B,C,T/", None, ("B", "C"), "T"),
        ("16,195,10,Z,B,C,CAFÉ/", None, ("B", "C"), "CAFÉ"),
    ],
)
def test_a_transaction_in_every_shape(record, value_date, references, text):
    (line,) = read_bai2(account_of((10, record)))[0].lines
    assert line.signed == Money(10, "usd")
    assert line.value_date == (date.fromisoformat(value_date) if value_date else None)
    assert (line.bank_reference, line.customer_reference) == references
    assert line.description == text


@pytest.mark.parametrize(
    ("code", "signed"),
    [("100", 10), ("195", 10), ("399", 10), ("400", -10), ("466", -10), ("699", -10),
     ("920", 10), ("959", 10), ("960", -10), ("999", -10)],
)  # fmt: skip
def test_the_type_code_says_which_way(code, signed):
    (line,) = read_bai2(account_of((10, f"16,{code},10,Z,,,/")))[0].lines
    assert line.signed == Money(signed, "usd")


def test_a_note_without_money_is_no_line():
    said = read_bai2(account_of((0, "16,890,,Z,,,JUST A NOTE/"), (5, "16,195,5,Z,,,/")))
    assert [line.signed for line in said[0].lines] == [Money(5, "usd")]


@pytest.mark.parametrize(
    ("currency", "amount"), [("JPY", 1234), ("KWD", 1234), ("USD", 1234), ("ISK", 123400)]
)
def test_amounts_have_the_decimals_of_their_currency(currency, amount):
    (said,) = read_bai2(account_of((1234, "16,195,1234,Z,,,/"), currency=currency))
    assert said.lines[0].amount == Money(amount, currency.lower())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("all in one line", "".join(ROWS).encode()),
        ("all in one padded line", "".join(row.ljust(80) for row in ROWS).encode()),
        ("two records a line", joined(["".join(ROWS[:4]), "".join(ROWS[4:9]), *ROWS[9:]])),
        ("padded lines", joined(row.ljust(80) for row in ROWS)),
        ("carriage returns", "\r\n".join(ROWS).encode()),
        ("old carriage returns", "\r".join(ROWS).encode()),
        ("blank lines", "\n\n".join(ROWS).encode()),
        ("no slashes", joined(row.removesuffix("/") for row in ROWS)),
        ("indented", joined(f"  {row}" for row in ROWS)),
        ("byte order mark", b"\xef\xbb\xbf" + FILE),
        ("end-of-file mark", FILE + b"\x1a"),
    ],
)
def test_what_banks_do_to_lines_is_tolerated(name, data):
    assert money_of(read_bai2(data)) == money_of(read_bai2(FILE)), name


def test_text_that_is_not_utf_8_is_read_byte_by_byte():
    data = FILE.replace(b"ACME", b"ACM\xc9")
    assert "ACMÉ" in read_bai2(data)[0].lines[0].description


def test_a_correction_is_said_to_be_one():
    assert read_bai2(replaced(2, ",1,", ",3,"))[0].warnings == (
        "the group corrects an earlier one",
    )


WRONG = {
    "empty": (b"", None, "the file is empty"),
    "nothing in it": (b"01,B,C,260304,1800,1,80,,2/\n99,0,0,2/\n", 2, "no account (03)"),
    "no header": (without(1), 1, "record 02: comes before the file header"),
    "two headers": (doubled(1, 1), 2, "a second file header"),
    "version": (replaced(1, ",2/", ",3/"), 1, "version '3' is not read"),
    "no group": (without(2), 2, "an account outside a group"),
    "as-of date": (replaced(2, "260304", "260230"), 2, "as-of date '260230' is no date"),
    "deletion": (replaced(2, ",1,", ",2,"), 2, "group status '2'"),
    "no account": (without(3), 4, "a transaction outside an account"),
    "no account number": (replaced(3, "000111222333", ""), 3, "the account has no number"),
    "currency": (replaced(3, "USD", "ZZZ"), 3, "currency 'ZZZ' does not exist"),
    "amount": (replaced(3, "1000000", "10000.00"), 3, "amount is not a number: '10000.00'"),
    "amount of 19 digits": (replaced(5, "400000", "9" * 19), 5, "amount is not a number"),
    "other digits": (replaced(5, "400000", "٤"), 5, "amount is not a number"),
    "no amount": (replaced(5, "400000", ""), 5, "amount is not a number: ''"),
    "signed amount": (replaced(5, "400000", "-400000"), 5, "the amount has a sign"),
    "item count": (replaced(4, ",2,,", ",x,,"), 4, "item count is not a number: 'x'"),
    "funds type": (replaced(5, ",0,", ",Q,"), 5, "funds type 'Q' is not known"),
    "value date": (replaced(7, "260304", "260230"), 7, "value date '260230' is no date"),
    "funds": (replaced(11, "S,0", "S,x"), 11, "funds distribution is not a number: 'x'"),
    "funds end": (replaced(11, "S,0,100,0,CHECK1,,", "D,9,1"), 11, "ends after 1 of 18 fields"),
    "loan": (replaced(5, "195", "721"), 5, "type '721' is neither a credit nor a debit"),
    "status as transaction": (replaced(5, "195", "010"), 5, "type '010' is neither"),
    "balance twice": (replaced(3, "015", "010"), 3, "type 010 stands twice"),
    "account total": (replaced(9, "3230750", "3230751"), 9, "control total is 3230751"),
    "account count": (replaced(9, ",7", ",8"), 9, "number of records is 8, the records make 7"),
    "group total": (replaced(13, "3230350", "1"), 13, "control total is 1"),
    "group accounts": (replaced(13, ",2,", ",3,"), 13, "number of accounts is 3"),
    "group count": (replaced(13, ",12", ",11"), 13, "number of records is 11"),
    "file total": (replaced(14, "3230350", "1"), 14, "control total is 1"),
    "file groups": (replaced(14, ",1,", ",2,"), 14, "number of groups is 2"),
    "file count": (replaced(14, ",14", ",15"), 14, "number of records is 15"),
    "no control total": (replaced(9, "3230750", ""), 9, "control total is not a number: ''"),
    "no account trailer": (without(9), 9, "what line 3 began has no trailer (49)"),
    "no group trailer": (without(13), 13, "what line 2 began has no trailer (98)"),
    "no file trailer": (without(14), 13, "ends without a file trailer (99)"),
    "cut": (joined(ROWS[:7]), 7, "ends without a file trailer (99)"),
    "two files": (FILE + FILE, 15, "comes after the file trailer"),
    "doubled line": (doubled(7, 7), 10, "number of records is 7, the records make 8"),
    "doubled account": (doubled(3, 9), 20, "number of accounts is 2, the records make 3"),
    "doubled trailer": (doubled(9, 9), 10, "no account is open"),
    "lost line": (without(8), 8, "control total is 3230750, the records make 3224500"),
    "unknown record": (joined([*ROWS[:4], "17,1,2/", *ROWS[4:]]), 5, "begins with '17,1,2'"),
    "text without 88": (joined([*ROWS[:5], "MORE", *ROWS[5:]]), 6, "begins with 'MORE'"),
    "88 first": (b"88,x/\n" + FILE, 1, "continues nothing"),
    "another digit": (replaced(7, "12000", "12001"), 9, "the records make 3230751"),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_fault_is_named_with_its_line(name):
    data, line, reason = WRONG[name]
    with pytest.raises(FileRefused) as refused:
        read_bai2(data)
    problems = refused.value.problems
    assert any(reason in p.reason and p.line == line for p in problems), problems


def outcome(data):
    try:
        result = read_bai2(data)
    except FileRefused as refusal:
        result = refusal
    if isinstance(result, FileRefused):
        assert all(problem.reason for problem in result.problems)
    else:
        assert result
        assert all(isinstance(said, Statement) for said in result)


@given(st.binary(max_size=2000))
def test_any_bytes_give_a_value_or_a_refusal(data):
    outcome(data)


pieces = st.sampled_from(
    ["01", "02", "03", "16", "49", "88", "98", "99", ",", ",", "/", "\n", "010", "195", "1", "-1",
     "V", "S", "D", "USD", "260304", "9" * 25, "x", " "]
)  # fmt: skip


@given(st.lists(pieces, max_size=120).map("".join))
def test_any_heap_of_fields_gives_a_value_or_a_refusal(text):
    outcome(text.encode())
    outcome(FILE + text.encode())
    outcome(joined(ROWS[:3]) + text.encode())


@st.composite
def damaged(draw):
    """The file with one of the accidents that happen to files."""
    rows = [*ROWS]
    at = draw(st.integers(0, len(rows) - 1))
    accident = draw(st.sampled_from(["truncate", "delete", "double", "digit", "comma", "swap"]))
    if accident == "truncate":
        return FILE[: draw(st.integers(0, len(FILE) - 3))]
    if accident == "delete":
        del rows[at]
    if accident == "double":
        rows.insert(draw(st.integers(0, len(rows))), rows[at])
    if accident == "digit":
        at, amount = draw(st.sampled_from([(4, "400000"), (6, "12000"), (7, "6250"), (10, "100")]))
        rows[at] = rows[at].replace(amount, str(draw(st.integers(0, 999_999))), 1)
    if accident == "comma":
        column = draw(st.integers(0, len(rows[at])))
        rows[at] = f"{rows[at][:column]},{rows[at][column:]}"
    if accident == "swap":
        other = draw(st.integers(0, len(rows) - 1))
        rows[at], rows[other] = rows[other], rows[at]
    return joined(rows)


@given(damaged())
def test_a_damaged_file_is_refused_or_says_the_same_of_money(data):
    try:
        read = read_bai2(data)
    except FileRefused:
        return
    assert sorted(lines_of(read)) == sorted(lines_of(read_bai2(FILE)))


def lines_of(statements):
    return [(s.account, line.signed.amount, line.code) for s in statements for line in s.lines]


@pytest.mark.parametrize("rows", [["hello"], [*ROWS[:3], "16,x"]])
def test_a_file_of_something_else_is_not_read_to_its_end(rows):
    with pytest.raises(FileRefused) as refused:
        read_bai2(joined([*rows, *rows[-1:] * 100_000]))
    assert refused.value.problems[-1].reason == "reading stopped here"
    assert len(refused.value.problems) < 1010


@pytest.mark.parametrize(
    "piece", ["16,195,1,Z,B,C,T/\n", "88,x/\n", "/ ", "16,195,1,D,9/\n", ",", "/88,"]
)
def test_reading_takes_steps_in_proportion_to_the_file(piece):
    head = joined(ROWS[:3]).decode()
    before = steps_of(outcome, (head + piece * 1000).encode())
    after = steps_of(outcome, (head + piece * 2000).encode())
    assert after <= 2.3 * before + 200
