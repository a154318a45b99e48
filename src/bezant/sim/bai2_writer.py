"""The simulated bank's writer of BAI2 statements: fields by comma, records end with a slash."""

from bezant.sim.statement import Line, Statement

_WIDTH = 80
_FINAL_PREVIOUS_DAY = "2"
_AT_ONCE = frozenset({"195", "158", "458", "495"})
"""Wires and instant payments are money at once; the rest is valued on its day."""


def write_bai2(statement: Statement) -> bytes:
    """Return one file of one group of one account, with its three control totals."""
    account = _account(statement)
    total = _amounts(statement)
    made, day = statement.made_at, statement.day
    sender, receiver = statement.routing, statement.client
    currency = statement.currency.upper()
    group = [
        f"02,{receiver},{sender},1,{day:%y%m%d},2359,{currency},{_FINAL_PREVIOUS_DAY}/",
        *account,
        f"49,{total},{len(account) + 1}/",
    ]
    records = [
        f"01,{sender},{receiver},{made:%y%m%d},{made:%H%M},{statement.number},,,2/",
        *group,
        f"98,{total},1,{len(group) + 1}/",
    ]
    records.append(f"99,{total},1,{len(records) + 1}/")
    return ("\n".join(records) + "\n").encode("ascii")


def _amounts(statement: Statement) -> int:
    """Return the sum that controls check: every amount of the account as it is written."""
    credits, debits = sum(statement.credits), sum(statement.debits)
    return statement.opening + statement.closing + 2 * (credits + debits)


def _account(statement: Statement) -> list[str]:
    credits, debits = statement.credits, statement.debits
    return [
        f"03,{statement.account},{statement.currency.upper()},010,{statement.opening},,,015,{statement.closing},,/",
        f"88,100,{sum(credits)},{len(credits)},,400,{sum(debits)},{len(debits)},/",
        *(record for line in statement.lines for record in _line(line)),
    ]


def _line(line: Line) -> list[str]:
    """Return the line's records."""
    funds = "0" if line.type_code in _AT_ONCE else f"V,{line.day:%y%m%d},"
    head = (
        f"16,{line.type_code},{abs(line.amount)},{funds},{line.bank_reference},"
        f"{line.customer_reference},"
    )
    return _continued(head, line.text)


def _continued(head: str, text: str) -> list[str]:
    """Return the records of a text: what does not fit goes on in records of type 88."""
    records: list[str] = []
    words = text.split()
    record = head
    for word in words:
        if len(record) + len(word) > _WIDTH - 1 and record != "88,":
            records.append(record.rstrip(" ") + "/")
            record = "88,"
        record += word + " "
    return [*records, record.rstrip(" ") + "/"]
