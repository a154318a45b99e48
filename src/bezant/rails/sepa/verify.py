"""Verification of payee: does a name belong to an IBAN? A question and an answer in JSON.

The bodies are those of the EPC's scheme; around them stand the headers that carry the question's
name, so that the answer finds it.
"""

from datetime import UTC
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from bezant.kernel.errors import FileRefused, Problem
from bezant.rail import Fact, IbanAccount
from bezant.rails.sepa.orders import Order

FORMAT = "vop"
MATCHES = {"MTCH": "match", "CMTC": "close match", "NMTC": "no match", "NOAP": "not possible"}
"""What a bank answers, and the words for it."""

_Text = Annotated[str, Meta(max_length=140)]


class _Headers(Struct, frozen=True):
    request_id: Annotated[str, Meta(min_length=1, max_length=36)] = msgspec.field(
        name="X-Request-ID"
    )
    timestamp: str = msgspec.field(name="X-Request-Timestamp", default="")


class _Answer(Struct, frozen=True, rename="camel"):
    party_name_match: Literal["MTCH", "CMTC", "NMTC", "NOAP"] | None = None
    party_id_match: Literal["MTCH", "NMTC", "NOAP"] | None = None
    matched_name: _Text = ""


class _Party(Struct, frozen=True):
    name: _Text


class _Account(Struct, frozen=True):
    iban: Annotated[str, Meta(max_length=34)]


class _Body(_Answer, frozen=True, rename="camel"):
    party: _Party | None = None
    party_account: _Account | None = None


class _Message(Struct, frozen=True):
    headers: _Headers
    body: _Body


def write(order: Order) -> bytes:
    """Return the question about one payee."""
    (instruction,) = order.instructions
    account = instruction.counterparty.account
    assert isinstance(account, IbanAccount), "an order that was objected to is not packed"
    body: dict[str, Any] = {
        "party": {"name": " ".join(instruction.counterparty.name.split())[:140]},
        "partyAccount": {"iban": account.iban},
        "requestingAgent": _agent(order.originator.bank_id),
    }
    if account.bic:
        body["partyAgent"] = _agent(account.bic)
    at = order.created_at.astimezone(UTC).isoformat(timespec="milliseconds")
    headers = {
        "X-Request-ID": instruction.trace,
        "X-Request-Timestamp": at.replace("+00:00", "Z"),
    }
    content = msgspec.json.encode({"headers": headers, "body": body}, order="deterministic")
    return msgspec.json.format(content) + b"\n"


def _agent(bic: str) -> dict[str, Any]:
    return {"financialInstitutionId": {"bicfi": bic}}


def recognize(data: bytes) -> bool:
    """Tell whether some bytes look like a question or an answer."""
    start = data.lstrip()[:4000]
    return start.startswith(b"{") and b'"X-Request-ID"' in start


def read(data: bytes) -> Fact:
    """Return what a question or an answer says; raises FileRefused for anything else."""
    try:
        message = msgspec.json.decode(data, type=_Message)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise FileRefused([Problem(None, None, f"not a verification of payee: {error}")]) from error
    trace, body = message.headers.request_id, message.body
    if body.party is not None and body.party_account is not None:
        account = body.party_account.iban
        details = {"account": account, "name": body.party.name, "message": FORMAT}
        return Fact("submitted", trace, line=1, details=details)
    code = body.party_name_match or body.party_id_match
    if code is None:
        raise FileRefused([Problem(1, "body", "neither a question nor an answer")])
    details = {"match": MATCHES[code]}
    if body.matched_name:
        details["matched_name"] = body.matched_name
    return verified(trace, code, details, line=1)


def verified(trace: str, code: str, details: dict[str, str], line: int) -> Fact:
    """Return the fact that a payee was verified, with one of the scheme's four answers."""
    words = f"Name and account: {MATCHES[code]}"
    return Fact("verified", trace, code=code, reason=words, line=line, details=details)
