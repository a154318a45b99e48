"""Authentication of cardholders (EMV 3DS 2.2): messages in JSON, and what answers mean."""

from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from msgspec import Struct

from bezant.kernel.currency import lookup
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.secret import Secret
from bezant.rail.cards import Authentication, AuthenticationState, CardRequest, Support
from bezant.rails.cards.request import to_network

VERSION = "2.2.0"
_STATES: dict[str, AuthenticationState] = {
    "Y": "authenticated",
    "A": "attempted",
    "C": "challenge",
    "N": "failed",
    "R": "failed",
    "U": "error",
    "I": "not_supported",
}
_REASONS = {"N": "canceled", "R": "rejected", "U": "protocol_error"}
_NOT_PROVEN = "07"
_LONGEST = 16_384


class _Answer(Struct, frozen=True, kw_only=True, rename="camel"):
    message_type: str
    three_ds_server_trans_id: str = msgspec.field(name="threeDSServerTransID")
    trans_status: str = ""
    eci: str = ""
    authentication_value: str = ""
    acs_challenge_mandated: str = "N"


def id_of(request: str) -> str:
    """Return the transaction's id for a request's: a UUID that is the same every time."""
    digits = sha256(b"3ds" + request.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


def ask(request: CardRequest, number: Secret, at: datetime) -> bytes:
    """Return an AReq; it holds the card's number, so it must not be kept."""
    currency = lookup(request.amount.currency)
    expiry = f"{request.card.exp_year % 100:02d}{request.card.exp_month:02d}"
    return msgspec.json.encode({
        "messageType": "AReq",
        "messageVersion": VERSION,
        "threeDSServerTransID": id_of(request.id),
        "deviceChannel": "02",
        "messageCategory": "01" if request.amount.amount else "02",
        "acctNumber": number.reveal(),
        "cardExpiryDate": expiry,
        "merchantName": request.merchant.name[:40],
        "mcc": request.merchant.category,
        "merchantCountryCode": request.merchant.country,
        "purchaseAmount": str(to_network(request.amount)),
        "purchaseCurrency": currency.number,
        "purchaseExponent": str(currency.exponent),
        "purchaseDate": f"{at.astimezone(UTC):%Y%m%d%H%M%S}",
    })  # fmt: skip


def complete(id: str, *, passed: bool) -> bytes:
    """Return a CReq that says for the cardholder whether the challenge was passed."""
    return msgspec.json.encode({
        "messageType": "CReq",
        "messageVersion": VERSION,
        "threeDSServerTransID": id,
        "challengeDataEntry": "pass" if passed else "fail",
    })  # fmt: skip


def heard(data: bytes, id: str) -> Authentication:
    """Return what an answer says; FileRefused if it is none, or is about another transaction."""
    if len(data) > _LONGEST:
        raise FileRefused([Problem(None, None, f"longer than {_LONGEST} bytes")])
    try:
        answer = msgspec.json.decode(data, type=_Answer)
    except msgspec.MsgspecError:
        raise FileRefused([Problem(None, None, "not an answer of 3D Secure")]) from None
    if answer.three_ds_server_trans_id != id:
        raise FileRefused([Problem(None, "threeDSServerTransID", "answers another request")])
    if answer.message_type == "Erro":
        return failed(id)
    state = _STATES.get(answer.trans_status, "error")
    support: Support = "required" if answer.acs_challenge_mandated == "Y" else "optional"
    return Authentication(
        id=id,
        state=state,
        support="not_supported" if state == "not_supported" else support,
        version=VERSION,
        eci=answer.eci,
        value=answer.authentication_value,
        reason=_REASONS.get(answer.trans_status, ""),
    )


def failed(id: str) -> Authentication:
    """Return what is known when the directory could not be asked."""
    return Authentication(
        id=id, state="error", support="optional", version=VERSION, eci=_NOT_PROVEN,
        reason="protocol_error"
    )  # fmt: skip
