"""The simulated bank's writer of camt.053.001.08 statements, the same lines as its BAI2."""

from xml.sax.saxutils import escape

from bezant.kernel.currency import minor_units
from bezant.sim.statement import Line, Statement

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"

# ISO 20022 family and sub-family of the bank transaction code, by BAI type code.
_CODES = {
    "142": ("MCRD", "POSC"),
    "158": ("RRCT", "DMCT"),
    "165": ("RCDT", "DMCT"),
    "166": ("IDDT", "PMDD"),
    "195": ("RCDT", "DMCT"),
    "257": ("ICDT", "RRTN"),
    "306": ("MCOP", "OTHR"),
    "354": ("MCOP", "INTR"),
    "451": ("MCRD", "DAJT"),
    "455": ("RDDT", "PMDD"),
    "458": ("IRCT", "DMCT"),
    "466": ("ICDT", "DMCT"),
    "495": ("ICDT", "XBCT"),
    "508": ("MDOP", "OTHR"),
    "557": ("IDDT", "UPDD"),
    "698": ("MDOP", "CHRG"),
}


def write_camt053(statement: Statement) -> bytes:
    """Return one document of one statement, opening and closing booked, each line an entry."""
    return _Writer(statement).document()


class _Writer:
    """Writes a statement in its account's currency."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._currency = statement.currency.upper()
        self._digits = minor_units(statement.currency)

    def document(self) -> bytes:
        statement = self._statement
        identity = f"{statement.account}-{statement.day:%Y%m%d}-{statement.number:06d}"
        made_at = _leaf("CreDtTm", statement.made_at.isoformat(timespec="seconds"))
        body = _node(
            "BkToCstmrStmt",
            _node("GrpHdr", _leaf("MsgId", identity[:35]), made_at),
            _node(
                "Stmt",
                _leaf("Id", identity[:35]),
                _leaf("ElctrncSeqNb", str(statement.number)),
                made_at,
                self._account(),
                self._balance("OPBD", statement.opening),
                self._balance("CLBD", statement.closing),
                self._summary(),
                *map(self._entry, statement.lines),
            ),
        )
        document = f'<Document xmlns="{_NAMESPACE}">\n{body}</Document>\n'
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode()

    def _decimal(self, amount: int) -> str:
        """Return an amount as a decimal number without a sign: direction is another element."""
        digits = str(abs(amount)).rjust(self._digits + 1, "0")
        cut = len(digits) - self._digits
        return f"{digits[:cut]}.{digits[cut:]}" if self._digits else digits

    def _amount(self, amount: int) -> str:
        direction = "DBIT" if amount < 0 else "CRDT"
        value = f'<Amt Ccy="{self._currency}">{self._decimal(amount)}</Amt>\n'
        return value + _leaf("CdtDbtInd", direction)

    def _account(self) -> str:
        account, bank = self._statement.account, self._statement.routing
        if account[:2].isalpha():
            identity = _leaf("IBAN", account)
            institution = _leaf("BICFI", bank)
        else:
            identity = _node("Othr", _leaf("Id", account))
            scheme = {"usd": "USABA", "gbp": "GBDSC", "cad": "CACPA"}.get(
                self._statement.currency, ""
            )
            kind = _node("ClrSysId", _leaf("Cd", scheme)) if scheme else ""
            institution = _node("ClrSysMmbId", kind, _leaf("MmbId", bank))
        return _node(
            "Acct",
            _node("Id", identity),
            _leaf("Ccy", self._currency),
            _node("Svcr", _node("FinInstnId", institution)),
        )

    def _balance(self, code: str, amount: int) -> str:
        kind = _node("Tp", _node("CdOrPrtry", _leaf("Cd", code)))
        day = _node("Dt", _leaf("Dt", self._statement.day.isoformat()))
        return _node("Bal", kind, self._amount(amount), day)

    def _summary(self) -> str:
        credits, debits = self._statement.credits, self._statement.debits
        net = sum(credits) - sum(debits)
        net_node = _node(
            "TtlNetNtry",
            _leaf("Amt", self._decimal(net)),
            _leaf("CdtDbtInd", "DBIT" if net < 0 else "CRDT"),
        )
        gross = _leaf("Sum", self._decimal(sum(credits) + sum(debits)))
        count = _leaf("NbOfNtries", str(len(self._statement.lines)))
        return _node(
            "TxsSummry",
            _node("TtlNtries", count, gross, net_node),
            self._sum("TtlCdtNtries", credits),
            self._sum("TtlDbtNtries", debits),
        )

    def _sum(self, name: str, amounts: list[int]) -> str:
        count = _leaf("NbOfNtries", str(len(amounts)))
        return _node(name, count, _leaf("Sum", self._decimal(sum(amounts))))

    def _entry(self, line: Line) -> str:
        return _node(
            "Ntry",
            _leaf("NtryRef", str(line.number)),
            self._amount(line.amount),
            _node("Sts", _leaf("Cd", "BOOK")),
            _node("BookgDt", _leaf("Dt", line.day.isoformat())),
            _node("ValDt", _leaf("Dt", line.day.isoformat())),
            _leaf("AcctSvcrRef", line.bank_reference),
            _code(line.type_code),
            self._details(line),
            _leaf("AddtlNtryInf", line.text),
        )

    def _details(self, line: Line) -> str:
        reference = line.customer_reference or "NOTPROVIDED"
        references = _node(
            "Refs", _leaf("AcctSvcrRef", line.bank_reference), _leaf("EndToEndId", reference)
        )
        batch = _node("Btch", _leaf("NbOfTxs", str(line.items))) if line.items > 1 else ""
        reason = _node("RtrInf", _node("Rsn", _leaf("Prtry", line.reason))) if line.reason else ""
        details = _node("TxDtls", references, self._amount(line.amount), reason)
        return _node("NtryDtls", batch, details)


def _code(type_code: str) -> str:
    family, sub_family = _CODES[type_code]
    domain = _node(
        "Domn",
        _leaf("Cd", "PMNT"),
        _node("Fmly", _leaf("Cd", family), _leaf("SubFmlyCd", sub_family)),
    )
    own = _node("Prtry", _leaf("Cd", type_code), _leaf("Issr", "BAI"))
    return _node("BkTxCd", domain, own)


def _node(name: str, *children: str) -> str:
    return f"<{name}>\n{''.join(children)}</{name}>\n"


def _leaf(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n"
