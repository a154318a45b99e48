"""Reading a client's Standard 18 submission, by the standard alone.

Columns are written as the standard writes them: counted from 1, both ends included.
"""

from datetime import date, timedelta

from bezant.kernel.errors import FileRefused, Problem
from bezant.sim.scheme import Client, Order, Received

_LABELS = ("VOL1", "HDR1", "HDR2", "UHL1")
_ENDS = ("EOF1", "EOF2", "UTL1")
_PAYS = {"99": "pay", "Z4": "pay", "Z5": "pay"}
_COLLECTS = {"01": "collect", "17": "collect", "18": "collect", "19": "collect"}
_LODGES = {"0N": "prenote", "0C": "prenote", "0S": "prenote"}
_ACTS = _PAYS | _COLLECTS | _LODGES


def cut(line: str, first: int, last: int) -> str:
    """Return the columns from one to another."""
    return line[first - 1 : last]


def read_submission(content: bytes, client: Client) -> Received:
    """Return what a submission asks for; raises FileRefused with every problem."""
    lines = content.decode("ascii", "replace").split("\r\n")
    problems = _frame(lines, client)
    if problems:
        raise FileRefused(problems)
    width = int(cut(lines[2], 11, 15))
    orders: list[Order] = []
    balance: dict[str, int] = {}
    made = {"credit": [0, 0], "debit": [0, 0]}
    narrative = ""
    for number, line in enumerate(lines[4:-4], 5):
        if len(line) != width or not _is_record(line):
            problems.append(Problem(number, None, f"not a record of {width} characters"))
            continue
        day = cut(line, 102, 106) if width == 106 else cut(lines[3], 6, 10)
        code, amount = cut(line, 16, 17), int(cut(line, 36, 46))
        side = "credit" if code in _PAYS else "debit"
        balance[day] = balance.get(day, 0) + (amount if side == "credit" else -amount)
        if code not in _LODGES:
            made[side][0] += amount
            made[side][1] += 1
        if _is_contra(line):
            narrative = cut(line, 47, 64).strip()
        else:
            _take(orders, problems, number, line, day)
    problems += _wrong_sums(lines[-2], balance, made)
    if problems:
        raise FileRefused(problems)
    serial = cut(lines[0], 5, 10)
    return Received(
        identity=f"{cut(lines[1], 6, 11)}{serial}{cut(lines[1], 42, 47)}{cut(lines[1], 15, 15)}",
        reference=narrative or serial,
        orders=tuple(orders),
        fields={"day": cut(lines[3], 6, 10)},
    )


def _frame(lines: list[str], client: Client) -> list[Problem]:
    """Check the labels; a submission ends with a line end, so its last piece is empty."""
    if len(lines) < 9 or lines[-1]:
        return [Problem(None, None, "not a whole submission")]
    problems: list[Problem] = []
    numbered = [*enumerate(lines[:4], 1), *enumerate(lines[-4:-1], len(lines) - 3)]
    for (number, line), label in zip(numbered, _LABELS + _ENDS, strict=True):
        if len(line) != 80 or cut(line, 1, 4) != label:
            problems.append(Problem(number, None, f"{label} of 80 characters should stand here"))
    if problems:
        return problems
    user = cut(lines[0], 42, 47)
    if client.company and user != client.company:
        problems.append(Problem(1, None, f"service user {user} is not the client"))
    if cut(lines[1], 5, 54) != cut(lines[-4], 5, 54) or cut(lines[2], 5, 15) != cut(
        lines[-3], 5, 15
    ):
        problems.append(Problem(len(lines) - 3, None, "EOF labels differ from HDR labels"))
    work = cut(lines[3], 29, 37).strip()
    if (cut(lines[2], 11, 15), work) not in {("00100", "1 DAILY"), ("00106", "4 MULTI")}:
        problems.append(Problem(4, None, f"work code {work!r} does not fit the record length"))
    return problems


def _is_record(line: str) -> bool:
    numbers = cut(line, 1, 14) + cut(line, 18, 31) + cut(line, 36, 46)
    return numbers.isascii() and numbers.isdigit() and cut(line, 16, 17) in _ACTS


def _is_contra(line: str) -> bool:
    return cut(line, 1, 14) == cut(line, 18, 31) and cut(line, 65, 70) == "CONTRA"


def _take(orders: list[Order], problems: list[Problem], number: int, line: str, day: str) -> None:
    code, reference = cut(line, 16, 17), cut(line, 65, 82).strip()
    processed = day_of(day)
    if processed is None:
        problems.append(Problem(number, None, f"{day} is no day"))
        return
    orders.append(
        Order(
            key=reference,
            act=_ACTS[code],
            amount=int(cut(line, 36, 46)),
            currency="gbp",
            is_credit=code in _PAYS,
            bank=cut(line, 1, 6),
            account=cut(line, 7, 14),
            name=cut(line, 83, 100).strip(),
            due_on=processed,
            fields={
                "code": code,
                "processed": processed.isoformat(),
            },
        )
    )


def _wrong_sums(trailer: str, balance: dict[str, int], made: dict[str, list[int]]) -> list[Problem]:
    problems = [
        Problem(None, None, f"the records of {day} do not balance")
        for day, rest in balance.items()
        if rest
    ]
    said = {
        "debit": [cut(trailer, 5, 17), cut(trailer, 31, 37)],
        "credit": [cut(trailer, 18, 30), cut(trailer, 38, 44)],
    }
    for side, numbers in said.items():
        if not all(number.isdigit() for number in numbers):
            problems.append(Problem(None, None, f"UTL1 has no {side} totals"))
        elif [int(number) for number in numbers] != made[side]:
            problems.append(Problem(None, None, f"UTL1 does not agree with the {side}s"))
    return problems


def day_of(text: str) -> date | None:
    """Return the day that YYDDD says."""
    if len(text) != 5 or not (text.isascii() and text.isdigit()) or text[2:] == "000":
        return None
    day = date(2000 + int(text[:2]), 1, 1) + timedelta(days=int(text[2:]) - 1)
    return day if day.year == 2000 + int(text[:2]) else None
