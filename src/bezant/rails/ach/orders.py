"""What an instruction becomes in a NACHA file: its class, its codes, its batch, its description."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from bezant.rail import Act, Direction, Instruction, Originator, UsAccount, in_force
from bezant.rails.ach import rules
from bezant.rails.ach.calendar import EASTERN
from bezant.rails.ach.dialect import Dialect
from bezant.rails.ach.text import ascii_text, ascii_upper, letters_and_digits

CLASSES = ("PPD", "CCD", "CTX", "WEB", "TEL")
"""Entry classes that are written."""

RESERVED: Mapping[str, Act] = MappingProxyType({"REVERSAL": "reverse", "ACCTVERIFY": "verify"})
"""Descriptions that say what an entry is, and which act alone writes them."""
RETRY = "RETRY PYMT"

DISPUTES: tuple[Act, ...] = ("return", "dishonor", "contest")
"""Acts whose entry carries addenda 98 or 99 about another entry."""

ADDENDA_WIDTH = 80

_DESCRIPTIONS: Mapping[Direction, str] = MappingProxyType({"credit": "PAYOUT", "debit": "PAYMENT"})
_ACCOUNTS = MappingProxyType({"checking": "2", "savings": "3", "general_ledger": "4", "loan": "5"})
_USES: Mapping[tuple[str, Direction], str] = MappingProxyType(
    {
        ("live", "credit"): "2",
        ("live", "debit"): "7",
        ("prenote", "credit"): "3",
        ("prenote", "debit"): "8",
        ("return", "credit"): "1",
        ("return", "debit"): "6",
    }
)
_LOAN_DEBIT = "55"


class BatchKey(NamedTuple):
    """What the entries of a batch share, in the order in which batches are written."""

    effective_date: date
    class_code: str
    company_name: str
    company_id: str
    company_data: str
    description: str
    descriptive_date: str
    direction: str
    moves_money: bool


def class_of(instruction: Instruction, dialect: Dialect) -> str:
    """Return the entry class: what the instruction says, or else what the bank is used to.

    What has more words than that class has room for goes in the next that has.
    """
    if is_refused_change(instruction):
        return "COR"
    named = instruction.details.get("class_code", "")
    if named:
        return named
    if instruction.mandate is not None and instruction.mandate.scheme in CLASSES:
        return instruction.mandate.scheme
    if instruction.counterparty.holder == "company":
        return "CTX" if len(texts_of(instruction)) > 1 else dialect.company_class
    if instruction.direction == "credit":
        return dialect.individual_class
    return "PPD" if instruction.remittance else dialect.consumer_debit_class


def is_refused_change(instruction: Instruction) -> bool:
    """Tell whether an instruction refuses a notice of change (C61 to C69)."""
    return instruction.act == "dishonor" and instruction.reason.startswith("C")


def transaction_code(instruction: Instruction) -> str:
    """Return the two digits that say which account and which way."""
    account = account_of(instruction)
    kind = _ACCOUNTS[instruction.details.get("account_type", account.account_type)]
    if kind == "5" and instruction.direction == "debit" and instruction.act == "reverse":
        return _LOAN_DEBIT
    act = instruction.act
    use = "prenote" if act == "prenote" else "return" if act in DISPUTES else "live"
    return kind + _USES[use, instruction.direction]


def account_types() -> tuple[str, ...]:
    """Return the kinds of account that a transaction code can name."""
    return tuple(_ACCOUNTS)


def account_of(instruction: Instruction) -> UsAccount:
    """Return the counterparty's account, of an instruction without objections."""
    account = instruction.counterparty.account
    assert isinstance(account, UsAccount), "an instruction that was objected to is not packed"
    return account


def amount_of(instruction: Instruction) -> int:
    """Return the cents that an entry moves; refusing a notice of change moves none."""
    return 0 if is_refused_change(instruction) else instruction.amount.amount


def description_of(instruction: Instruction, class_code: str) -> str:
    """Return the ten characters that say what a batch is for, as the rules of its day want it."""
    for reserved, act in RESERVED.items():
        if instruction.act == act:
            return reserved
    if instruction.details.get("retry"):
        return RETRY
    purposes = in_force(rules.PURPOSES, instruction.effective_date)
    prescribed = purposes.get((class_code, instruction.direction, instruction.purpose))
    if prescribed and instruction.act in ("pay", "prenote"):
        return prescribed
    return ascii_upper(instruction.description, 10) or _DESCRIPTIONS[instruction.direction]


def texts_of(instruction: Instruction) -> list[str]:
    """Return the remittance in the eighty characters of each addenda record."""
    text = ascii_text(instruction.remittance).rstrip()
    return [text[at : at + ADDENDA_WIDTH] for at in range(0, len(text), ADDENDA_WIDTH)]


def name_of(text: str, width: int, dialect: Dialect) -> str:
    """Return a name as the bank takes it."""
    if dialect.characters == "letters_digits":
        return letters_and_digits(text, width)
    return ascii_upper(text, width)


def discretionary_of(instruction: Instruction, class_code: str) -> str:
    """Return the two characters before the addenda indicator: for WEB and TEL whether it recurs."""
    if class_code in ("WEB", "TEL") and instruction.act not in DISPUTES:
        mandate = instruction.mandate
        recurs = mandate is not None and mandate.sequence != "one_off"
        return instruction.details.get("payment_type", "R" if recurs else "S")
    return instruction.details.get("discretionary", "")


class Sorter:
    """Says which batch each instruction of a file belongs to."""

    def __init__(self, originator: Originator, dialect: Dialect, created_at: datetime) -> None:
        """Take what all batches of the file share."""
        self._dialect = dialect
        self._created = created_at.astimezone(EASTERN)
        name = dialect.company_name or originator.name
        self._name = self._company(name)
        self._id = ascii_upper(originator.company_id, 10)
        data = ascii_text(dialect.company_data)
        self._data = f"{dialect.return_account} {data}".strip()[:20]

    def key(self, instruction: Instruction) -> BatchKey:
        """Return what the batch of an instruction has to share with it."""
        details, dialect = instruction.details, self._dialect
        class_code = class_of(instruction, dialect)
        name = details.get("company_name")
        company_id = details.get("company_id") if instruction.act in DISPUTES else None
        return BatchKey(
            instruction.effective_date,
            class_code,
            self._name if name is None else self._company(name),
            self._id if company_id is None else ascii_upper(company_id, 10),
            ascii_text(details.get("company_data", ""))[:20] or self._data,
            description_of(instruction, class_code),
            self._descriptive(instruction),
            instruction.direction if dialect.directions == "split" else "",
            instruction.act not in (*DISPUTES, "prenote"),
        )

    def place(self, instruction: Instruction) -> tuple[BatchKey, str]:
        """Return what puts an instruction before or after another in the file."""
        return self.key(instruction), instruction.trace

    def _company(self, name: str) -> str:
        if self._dialect.company_name_case == "keep":
            return " ".join(ascii_text(name).split())[:16].strip()
        return name_of(name, 16, self._dialect)

    def _descriptive(self, instruction: Instruction) -> str:
        match self._dialect.descriptive_date:
            case "none":
                return ""
            case "effective":
                return f"{instruction.effective_date:%y%m%d}"
            case "created":
                return f"{self._created:%y%m%d}"
            case "same_day":
                return self._window() if instruction.service == "same_day" else ""

    def _window(self) -> str:
        windows = in_force(rules.SAME_DAY_WINDOWS, self._created.date())
        hour = self._created.time()
        settles = next(
            (w.settlement for w in windows if hour <= w.deadline), windows[-1].settlement
        )
        return f"SD{settles:%H%M}"
