"""The directory of 3D Secure and the issuers' pages, by messages in JSON (EMV 3DS 2.2).

An AReq asks whether a cardholder has to prove who they are, a CReq says for the cardholder, in
a test, whether they did. The same transaction always has the same state.
"""

import hashlib
from typing import Any

import msgspec
from msgspec import Struct

from bezant.sim.cards.behaviour import behaviour_of
from bezant.sim.cards.books import NetworkBooks
from bezant.sim.cards.codec import Unreadable
from bezant.sim.cards.network import OUTAGE, card_of

_FIND = "SELECT state, value, wanted FROM authentication WHERE id = ?"
_ADD = "INSERT INTO authentication (id, card, state, value, wanted) VALUES (?, ?, ?, ?, ?)"
_SET = "UPDATE authentication SET state = ?, value = ? WHERE id = ?"
_PROVEN_ECI, _NOT_PROVEN_ECI = "05", "07"


class Request(Struct, frozen=True, kw_only=True, rename="camel"):
    """An AReq or a CReq, as far as it is needed here."""

    message_type: str
    message_version: str
    three_ds_server_trans_id: str = msgspec.field(name="threeDSServerTransID")
    acct_number: str = ""
    challenge_data_entry: str = ""


class Directory:
    """Directory and access control of all issuers."""

    def __init__(self, books: NetworkBooks) -> None:
        """Answer out of some books."""
        self._books = books

    def exchange(self, data: bytes) -> bytes | None:
        """Return the answer to a message; None when none comes. Raises Unreadable."""
        if OUTAGE in self._books.habits():
            return None
        try:
            asked = msgspec.json.decode(data, type=Request)
        except msgspec.MsgspecError as problem:
            raise Unreadable("not a message of 3D Secure") from problem
        with self._books.transaction():
            if asked.message_type == "AReq":
                return self._begin(asked)
            if asked.message_type == "CReq":
                return self._challenge(asked)
        raise Unreadable("clients send AReq and CReq")

    def _begin(self, asked: Request) -> bytes:
        card = behaviour_of(asked.acct_number)
        if card.directory == "out_of_order":
            return self._letter(asked, "Erro", errorCode="405", errorDescription="unreachable")
        known = self._books.rows(_FIND, (asked.three_ds_server_trans_id,))
        if known:
            return self._result(asked, "ARes", *known[0])
        state = "C" if card.directory == "challenge" else "I"
        wanted = "N" if card.needs == "never" else "Y"
        key = card_of(asked.acct_number)
        self._books.change(_ADD, (asked.three_ds_server_trans_id, key, state, "", wanted))
        return self._result(asked, "ARes", state, "", wanted)

    def _challenge(self, asked: Request) -> bytes:
        known = self._books.rows(_FIND, (asked.three_ds_server_trans_id,))
        if not known:
            return self._letter(asked, "Erro", errorCode="301", errorDescription="not recognized")
        state, value, wanted = known[0]
        if state == "C":
            state = "Y" if asked.challenge_data_entry == "pass" else "N"
            proof = hashlib.sha256(b"proof" + asked.three_ds_server_trans_id.encode())
            value = proof.hexdigest()[:28].upper() if state == "Y" else ""
            self._books.change(_SET, (state, value, asked.three_ds_server_trans_id))
        return self._result(asked, "RReq", state, value, wanted)

    def _result(self, asked: Request, kind: str, state: str, value: str, wanted: str) -> bytes:
        return self._letter(
            asked,
            kind,
            transStatus=state,
            eci=_PROVEN_ECI if state == "Y" else _NOT_PROVEN_ECI,
            authenticationValue=value,
            acsChallengeMandated=wanted,
        )

    def _letter(self, asked: Request, kind: str, **told: str) -> bytes:
        body: dict[str, Any] = {
            "messageType": kind,
            "messageVersion": asked.message_version,
            "threeDSServerTransID": asked.three_ds_server_trans_id,
        }
        return msgspec.json.encode(body | {name: it for name, it in told.items() if it})
