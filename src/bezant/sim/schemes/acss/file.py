"""Reading a client's AFT file and writing one of returns, by CPA Standard 005 alone.

Columns are written as the standard writes them: counted from 1, both ends included.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from bezant.kernel.errors import FileRefused, Problem
from bezant.sim.scheme import Answer, Client, Order, Received

_RECORD, _SEGMENT, _FIRST = 1464, 240, 25
_A_DOLLAR = 100
_SIGNS = {"C": "pay", "D": "collect"}


def cut(line: str, first: int, last: int) -> str:
    """Return the columns from one to another."""
    return line[first - 1 : last]


def read_file(content: bytes, client: Client) -> Received:
    """Return what a file asks for; raises FileRefused with every problem."""
    lines = content.decode("ascii", "replace").split("\r\n")
    problems = _frame(lines, client)
    if problems:
        raise FileRefused(problems)
    head, orders = cut(lines[0], 11, 24), list[Order]()
    for number, line in enumerate(lines[1:-2], 2):
        if cut(line, 1, 24) != f"{line[:1]}{number:09d}{head}" or line[:1] not in _SIGNS:
            problems.append(Problem(number, None, "no record of payments of this file"))
            continue
        for start in range(_FIRST, _RECORD, _SEGMENT):
            segment = cut(line, start, start + _SEGMENT - 1)
            if segment.strip():
                _take(orders, problems, number, line[:1], segment)
    problems += _wrong_sums(lines[-2], orders)
    if problems:
        raise FileRefused(problems)
    created = cut(lines[0], 25, 30)
    return Received(
        identity=head + created,
        reference=cut(lines[0], 36, 55).strip() or head,
        orders=tuple(orders),
        fields={"created": created},
    )


def _frame(lines: list[str], client: Client) -> list[Problem]:
    """Check header and trailer; a file ends with a line end, so its last piece is empty."""
    if len(lines) < 4 or lines[-1]:
        return [Problem(None, None, "not a whole file")]
    wrong = [number for number, line in enumerate(lines[:-1], 1) if len(line) != _RECORD]
    if wrong:
        return [Problem(wrong[0], None, f"not {_RECORD} characters")]
    head, problems = cut(lines[0], 11, 24), list[Problem]()
    if cut(lines[0], 1, 10) != "A000000001":
        problems.append(Problem(1, None, "no A record"))
    if client.company and cut(lines[0], 11, 20).strip() != client.company:
        problems.append(Problem(1, None, f"originator {cut(lines[0], 11, 20)} is not the client"))
    if not 1 <= _number(cut(lines[0], 21, 24)) <= 9999 or day_of(cut(lines[0], 25, 30)) is None:
        problems.append(Problem(1, None, "no file creation number or date"))
    if cut(lines[0], 56, 58) not in {"CAD", "   "}:
        problems.append(Problem(1, None, "payments are exchanged in Canadian dollars here"))
    if cut(lines[-2], 1, 24) != f"Z{len(lines) - 1:09d}{head}":
        problems.append(Problem(len(lines) - 1, None, "no Z record of this file"))
    return problems


def _take(
    orders: list[Order], problems: list[Problem], number: int, kind: str, segment: str
) -> None:
    numbers = cut(segment, 1, 28) + cut(segment, 41, 65)
    due = day_of(cut(segment, 14, 19))
    if not numbers.isascii() or not numbers.isdigit() or due is None or segment[19] != "0":
        problems.append(Problem(number, None, f"no payment: {segment[:40]!r}"))
        return
    if not cut(segment, 81, 110).strip() or not cut(segment, 66, 80).strip():
        problems.append(Problem(number, None, "a payment without the names of both sides"))
    orders.append(
        Order(
            key=cut(segment, 151, 169).strip(),
            act=_SIGNS[kind],
            amount=int(cut(segment, 4, 13)),
            currency="cad",
            is_credit=kind == "C",
            bank=cut(segment, 21, 28),
            account=cut(segment, 29, 40).strip() + _try(kind, int(cut(segment, 4, 13))),
            name=cut(segment, 81, 110).strip(),
            due_on=due,
            fields={"segment": segment},
        )
    )


def _try(kind: str, amount: int) -> str:
    """Return what marks a few cents, which try an account: fewer accounts send those back."""
    return "/cents" if kind == "C" and amount < _A_DOLLAR else ""


def _wrong_sums(trailer: str, orders: Sequence[Order]) -> Iterator[Problem]:
    for credit, first in ((False, 25), (True, 47)):
        mine = [order.amount for order in orders if order.is_credit == credit]
        said = (
            _number(cut(trailer, first, first + 13)),
            _number(cut(trailer, first + 14, first + 21)),
        )
        if said != (sum(mine), len(mine)):
            word = "credits" if credit else "debits"
            yield Problem(None, None, f"the Z record does not agree with the {word}")


def write_returns(answers: Sequence[Answer], client: Client, at: datetime, number: int) -> bytes:
    """Return a file of what comes back: I records for credits, J records for debits."""
    head = f"{client.company:<10.10}{(number - 1) % 9999 + 1:04d}"
    centre = f"{client.bank:<03.3}20" if len(client.bank) != 5 else client.bank
    lines = [f"A000000001{head}0{at:%y%j}{centre}{'':20}CAD"]
    sums = {"J": [0, 0], "I": [0, 0]}
    for kind, credit in (("I", True), ("J", False)):
        mine = [answer for answer in answers if answer.order.is_credit == credit]
        for start in range(0, len(mine), 6):
            segments = [_segment(answer) for answer in mine[start : start + 6]]
            lines.append(f"{kind}{len(lines) + 1:09d}{head}{''.join(segments)}")
        sums[kind] = [sum(answer.amount for answer in mine), len(mine)]
    told = "".join(f"{sums[kind][0]:014d}{sums[kind][1]:08d}" for kind in ("J", "I"))
    lines.append(f"Z{len(lines) + 1:09d}{head}{told}{'0' * 44}")
    return "".join(f"{line:<{_RECORD}}\r\n" for line in lines).encode()


def _segment(answer: Answer) -> str:
    """Return a payment on its way back: the two sides change places, the old type is stored."""
    asked = answer.order.fields["segment"]
    trace = f"{answer.number:022d}"
    return "".join(
        (
            f"{answer.code:0>3.3}{answer.amount:010d}",
            f"0{answer.day:%y%j}",
            cut(asked, 170, 178),
            cut(asked, 179, 190),
            trace,
            cut(asked, 1, 3),
            cut(asked, 66, 150),
            f"{answer.order.key:<19.19}",
            cut(asked, 20, 28),
            cut(asked, 29, 40),
            cut(asked, 191, 205),
            cut(asked, 41, 62),
            cut(asked, 228, 229),
            "0" * 11,
        )
    )


def _number(text: str) -> int:
    """Return a number of digits only; -1 for anything else."""
    return int(text) if text.isascii() and text.isdigit() else -1


def day_of(text: str) -> date | None:
    """Return the day that 0YYDDD says."""
    if len(text) != 6 or _number(text) < 0 or text[3:] == "000":
        return None
    day = date(2000 + int(text[1:3]), 1, 1) + timedelta(days=int(text[3:]) - 1)
    return day if day.year == 2000 + int(text[1:3]) else None
