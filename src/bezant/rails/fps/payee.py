"""Confirmation of payee: asking a bank whether a name and an account belong together.

The question is ISO 20022's acmt.023, the answer acmt.024, whose reasons are those of the scheme:
it tells the account's name only when the one that was asked for came close.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal
from xml.sax.saxutils import escape

from msgspec import Struct

from bezant.kernel.errors import FileRefused, Problem
from bezant.rail import Fact, GbAccount, Instruction, Originator
from bezant.rail.xml import Element, elements, local, parse, problem, text
from bezant.rails.fps.calendar import LONDON

QUESTION, ANSWER = "acmt.023.001.02", "acmt.024.001.02"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"

Verdict = Literal["match", "close_match", "no_match", "unavailable"]


class Reason(Struct, frozen=True):
    """What a bank says of a name and an account."""

    meaning: str
    verdict: Verdict


_ROWS: Mapping[str, tuple[str, Verdict]] = {
    "": ("Name and account belong together", "match"),
    "MBAM": ("The name comes close", "close_match"),
    "PAMM": ("The name comes close, and the account is a person's", "close_match"),
    "BAMM": ("The name comes close, and the account is a business's", "close_match"),
    "PANM": ("The name is right, and the account is a person's", "close_match"),
    "BANM": ("The name is right, and the account is a business's", "close_match"),
    "ANNM": ("The name is another", "no_match"),
    "AC01": ("There is no such account", "no_match"),
    "IVCR": ("The secondary reference is not known", "no_match"),
    "ACNS": ("The account takes no part", "unavailable"),
    "CASS": ("The account has switched to another bank", "unavailable"),
    "OPTO": ("The account's owner does not take part", "unavailable"),
    "SCNS": ("The sort code takes no part", "unavailable"),
}
REASONS: Mapping[str, Reason] = MappingProxyType(
    {code: Reason(*row) for code, row in _ROWS.items()}
)
"""As generally known from the scheme."""

_SAID = MappingProxyType({"true": True, "1": True, "false": False, "0": False})
_SPACES = re.compile(r"\s+")


def objections(instruction: Instruction) -> Iterator[str]:
    """Say why a payee cannot be asked for; the account's numbers are checked elsewhere."""
    if not _plain(instruction.counterparty.name, 140):
        yield "there is no name to ask for"
    if instruction.details:
        yield f"confirmation of payee knows no details, not {sorted(instruction.details)}"


def write(instruction: Instruction, originator: Originator, created_at: datetime) -> bytes:
    """Return the question of one instruction."""
    party = instruction.counterparty
    account = party.account
    assert isinstance(account, GbAccount), "an instruction that was objected to is not packed"
    asked = (
        f"<Id>{instruction.trace}</Id>\n<PtyAndAcctId>\n"
        f"<Pty><Nm>{escape(_plain(party.name, 140))}</Nm></Pty>\n"
        f"<Acct><Id><Othr><Id>{account.account_number}</Id></Othr></Id></Acct>\n"
        f"<Agt>{_bank(account.sort_code)}</Agt>\n</PtyAndAcctId>\n"
    )
    assignment = (
        f"<MsgId>{instruction.trace}</MsgId>\n"
        f"<CreDtTm>{created_at.astimezone(LONDON).isoformat(timespec='seconds')}</CreDtTm>\n"
        f"<Assgnr><Agt>{_bank(originator.bank_id)}</Agt></Assgnr>\n"
        f"<Assgne><Agt>{_bank(account.sort_code)}</Agt></Assgne>\n"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}{QUESTION}">\n'
        f"<IdVrfctnReq>\n<Assgnmt>\n{assignment}</Assgnmt>\n<Vrfctn>\n{asked}</Vrfctn>\n"
        "</IdVrfctnReq>\n</Document>\n"
    ).encode()


def _bank(sort_code: str) -> str:
    system = "<ClrSysId><Cd>GBDSC</Cd></ClrSysId>"
    return (
        f"<FinInstnId><ClrSysMmbId>{system}<MmbId>{escape(sort_code)}</MmbId></ClrSysMmbId>"
        "</FinInstnId>"
    )


def _plain(name: str, width: int) -> str:
    printable = "".join(char if char.isprintable() else " " for char in name)
    return _SPACES.sub(" ", printable).strip()[:width].strip()


def read(data: bytes) -> tuple[Fact, ...]:
    """Return what is asked or answered; raises FileRefused with every problem and its line."""
    root = parse(data)
    body = next(iter(root), root)
    readers = {"IdVrfctnReq": _asked, "IdVrfctnRpt": _answered}
    reader = readers.get(local(body))
    if reader is None:
        raise FileRefused([problem(body, "neither a question nor an answer about a payee")])
    problems: list[Problem] = []
    facts = tuple(reader(body, problems))
    if not facts and not problems:
        problems.append(problem(body, "there is nothing about any account"))
    if problems:
        raise FileRefused(problems)
    return facts


def _asked(body: Element, problems: list[Problem]) -> Iterator[Fact]:
    on = _day(body, problems)
    for it in elements(body, "Vrfctn"):
        yield Fact(
            kind="submitted",
            trace=_named(it, "Id", problems),
            on=on,
            line=_line(it),
            details={
                "name": text(it, "PtyAndAcctId/Pty/Nm"),
                "account_number": text(it, "PtyAndAcctId/Acct/Id/Othr/Id"),
            },
        )


def _answered(body: Element, problems: list[Problem]) -> Iterator[Fact]:
    on = _day(body, problems)
    for it in elements(body, "Rpt"):
        said = _SAID.get(text(it, "Vrfctn"))
        code = text(it, "Rsn/Cd") or text(it, "Rsn/Prtry")
        if said is None or said != (code == ""):
            problems.append(problem(it, "Vrfctn is true without a reason, or false with one"))
        reason = REASONS.get(code, Reason(f"Reason {code}", "unavailable"))
        yield Fact(
            kind="verified",
            trace=_named(it, "OrgnlId", problems),
            code=code or "MTCH",
            reason=reason.meaning,
            on=on,
            line=_line(it),
            details={"verdict": reason.verdict, "name": text(it, "UpdtdPtyAndAcctId/Pty/Nm")},
        )


def _named(element: Element, path: str, problems: list[Problem]) -> str:
    name = text(element, path)
    if not name:
        problems.append(problem(element, f"{path} is missing"))
    return name


def _day(body: Element, problems: list[Problem]) -> date | None:
    try:
        return datetime.fromisoformat(text(body, "Assgnmt/CreDtTm")).astimezone(LONDON).date()
    except (ValueError, OverflowError):
        problems.append(problem(body, "Assgnmt/CreDtTm is no instant"))
        return None


def _line(element: Element) -> int:
    return int(element.sourceline or 0)
