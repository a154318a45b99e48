"""The simulated bank's writer of camt.053.001.08 statements, the same lines as its BAI2."""

from datetime import date
from xml.sax.saxutils import escape

from bezant.sim.statement import Line, Statement

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"

# ISO 20022 family and sub-family of the bank transaction code, by BAI type code.
_CODES = {
    "166": ("IDDT", "PMDD"),
    "195": ("RCDT", "DMCT"),
    "257": ("ICDT", "RRTN"),
    "466": ("ICDT", "DMCT"),
    "557": ("IDDT", "UPDD"),
}


def write_camt053(statement: Statement) -> bytes:
    """Return one document of one statement, opening and closing booked, each line an entry."""
    identity = f"{statement.account}-{statement.day:%Y%m%d}-{statement.number:06d}"
    made_at = _leaf("CreDtTm", statement.made_at.isoformat(timespec="seconds"))
    body = _node(
        "BkToCstmrStmt",
        _node("GrpHdr", _leaf("MsgId", identity), made_at),
        _node(
            "Stmt",
            _leaf("Id", identity),
            _leaf("ElctrncSeqNb", str(statement.number)),
            made_at,
            _account(statement),
            _balance("OPBD", statement.opening, statement.day),
            _balance("CLBD", statement.closing, statement.day),
            _summary(statement),
            *map(_entry, statement.lines),
        ),
    )
    document = f'<Document xmlns="{_NAMESPACE}">\n{body}</Document>\n'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode()


def _node(name: str, *children: str) -> str:
    return f"<{name}>\n{''.join(children)}</{name}>\n"


def _leaf(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n"


def _decimal(cents: int) -> str:
    """Return cents as a decimal number without a sign: direction is an element of its own."""
    return f"{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _amount(cents: int) -> str:
    direction = "DBIT" if cents < 0 else "CRDT"
    return f'<Amt Ccy="USD">{_decimal(cents)}</Amt>\n{_leaf("CdtDbtInd", direction)}'


def _account(statement: Statement) -> str:
    member = _node(
        "ClrSysMmbId",
        _node("ClrSysId", _leaf("Cd", "USABA")),
        _leaf("MmbId", statement.routing),
    )
    return _node(
        "Acct",
        _node("Id", _node("Othr", _leaf("Id", statement.account))),
        _leaf("Ccy", "USD"),
        _node("Svcr", _node("FinInstnId", member)),
    )


def _balance(code: str, cents: int, day: date) -> str:
    kind = _node("Tp", _node("CdOrPrtry", _leaf("Cd", code)))
    return _node("Bal", kind, _amount(cents), _node("Dt", _leaf("Dt", day.isoformat())))


def _summary(statement: Statement) -> str:
    credits, debits = statement.credits, statement.debits
    net = sum(credits) - sum(debits)
    count = str(len(statement.lines))
    net_node = _node(
        "TtlNetNtry",
        _leaf("Amt", _decimal(net)),
        _leaf("CdtDbtInd", "DBIT" if net < 0 else "CRDT"),
    )
    gross = _leaf("Sum", _decimal(sum(credits) + sum(debits)))
    return _node(
        "TxsSummry",
        _node("TtlNtries", _leaf("NbOfNtries", count), gross, net_node),
        _sum("TtlCdtNtries", credits),
        _sum("TtlDbtNtries", debits),
    )


def _sum(name: str, amounts: list[int]) -> str:
    return _node(name, _leaf("NbOfNtries", str(len(amounts))), _leaf("Sum", _decimal(sum(amounts))))


def _entry(line: Line) -> str:
    day = line.day.isoformat()
    return _node(
        "Ntry",
        _leaf("NtryRef", str(line.number)),
        _amount(line.amount),
        _node("Sts", _leaf("Cd", "BOOK")),
        _node("BookgDt", _leaf("Dt", day)),
        _node("ValDt", _leaf("Dt", day)),
        _leaf("AcctSvcrRef", line.bank_reference),
        _code(line.type_code),
        _details(line),
        _leaf("AddtlNtryInf", line.text),
    )


def _code(type_code: str) -> str:
    family, sub_family = _CODES[type_code]
    domain = _node(
        "Domn",
        _leaf("Cd", "PMNT"),
        _node("Fmly", _leaf("Cd", family), _leaf("SubFmlyCd", sub_family)),
    )
    own = _node("Prtry", _leaf("Cd", type_code), _leaf("Issr", "BAI"))
    return _node("BkTxCd", domain, own)


def _details(line: Line) -> str:
    reference = line.customer_reference or "NOTPROVIDED"
    references = _node(
        "Refs", _leaf("AcctSvcrRef", line.bank_reference), _leaf("EndToEndId", reference)
    )
    batch = _node("Btch", _leaf("NbOfTxs", str(line.items))) if line.items > 1 else ""
    reason = _node("RtrInf", _node("Rsn", _leaf("Prtry", line.reason))) if line.reason else ""
    return _node("NtryDtls", batch, _node("TxDtls", references, _amount(line.amount), reason))
