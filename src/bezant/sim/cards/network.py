"""The network: it takes a client's messages, asks the issuers, and keeps what was agreed.

A message that comes again has the same answer. An authorization that was reversed before it came
is refused when it comes.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from bezant.kernel.clock import Clock
from bezant.sim.cards import presentments
from bezant.sim.cards.behaviour import behaviour_of
from bezant.sim.cards.books import NetworkBooks
from bezant.sim.cards.codec import Unreadable, as_elements, decode, elements, encode
from bezant.sim.cards.issuer import Asked, Verdict, decide
from bezant.sim.cards.matters import contest
from bezant.sim.cards.presentments import Deal, Refund

OUTAGE, SILENCE = "outage", "silence"
"""Habits: the network can't be reached; it does what it is asked and its answers get lost."""

_HOLD_DAYS, _EXTENDED_DAYS = 7, 30
_OVER_CAPTURE_PERCENT = 120
_NOT_FOUND, _CLOSED, _TOO_MUCH, _DUPLICATE, _FORMAT, _DONE = "25", "12", "13", "94", "30", "00"
_ON_FILE, _TOLD = "10", "01"
_ECHO = "0800"
_REFUND = "20"

_KNOWN = "SELECT answer FROM message WHERE reference = ? AND type = ?"
_KEEP = "INSERT INTO message (reference, type, answer, at) VALUES (?, ?, ?, ?)"
_AUTHORIZE = """
INSERT INTO authorization (reference, card, masked, merchant, category, amount, captured, currency,
                           network_id, code, proven, expires_at, state, about)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_AUTHORIZATION = """
SELECT reference, card, masked, merchant, category, amount, captured, currency, network_id, code,
       expires_at, state
FROM authorization WHERE reference = ?
"""
_PROVEN = "SELECT 1 FROM authentication WHERE value = ? AND card = ? AND state IN ('Y', 'A')"
_SET_UP = "SELECT 1 FROM authorization WHERE network_id = ? AND card = ? AND proven = 1"
_RAISED = "INSERT INTO increment (reference, authorization, amount) VALUES (?, ?, ?)"
_INCREMENT = "SELECT authorization, amount FROM increment WHERE reference = ?"
_UNDONE = "UPDATE increment SET amount = 0 WHERE reference = ?"
_RAISE = "UPDATE authorization SET amount = amount + ? WHERE reference = ?"
_CAPTURE = "UPDATE authorization SET captured = captured + ?, state = ? WHERE reference = ?"
_REVERSE = "UPDATE authorization SET amount = amount - ?, state = ? WHERE reference = ?"
_EXPIRE = "UPDATE authorization SET state = 'expired' WHERE state = 'open' AND expires_at <= ?"

Message = Mapping[int, str]


class Authorization(Struct, frozen=True):
    """What an issuer holds for a merchant; amounts in minor units."""

    reference: str
    card: str
    masked: str
    merchant: str
    category: str
    amount: int
    captured: int
    currency: str
    network_id: str
    code: str
    expires_at: str
    state: str


class CardNetwork:
    """The network's desk for messages."""

    def __init__(self, books: NetworkBooks, clock: Clock) -> None:
        """Answer out of some books."""
        self._books = books
        self._clock = clock
        self._desks: Mapping[str, Callable[[Message, datetime], dict[int, str]]] = {
            "0100": self._authorize,
            "0200": self._financial,
            "0220": self._capture,
            "0420": self._reverse,
            "0620": self._contest,
        }

    def exchange(self, data: bytes) -> bytes | None:
        """Return the answer to a message; None when none comes.

        Raises Unreadable for what is no message that clients send.
        """
        return self._exchange([self._readable(data)])[0]

    def exchange_all(self, messages: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the answers to messages that came in together; what can't be read gets none."""
        sent: dict[bytes, Message] = {}
        for data in messages:
            with suppress(Unreadable):
                sent[data] = self._readable(data)
        answers = zip(sent, self._exchange(list(sent.values())), strict=True)
        return {data: answer for data, answer in answers if answer is not None}

    def _readable(self, data: bytes) -> Message:
        """Return a message; an echo needs no reference, all others have one."""
        message = decode(data)
        if message[0] != _ECHO and (message[0] not in self._desks or 37 not in message):
            raise Unreadable("no message that clients send")
        return message

    def _exchange(self, messages: Sequence[Message]) -> Sequence[bytes | None]:
        """Answer all or, if this process ends, none of them."""
        habits = self._books.habits()
        if OUTAGE in habits:
            return [None] * len(messages)
        with self._books.transaction():
            answers = [self._reply(message) for message in messages]
        return [None] * len(messages) if SILENCE in habits else answers

    def _reply(self, message: Message) -> bytes:
        desk = self._desks.get(message[0])
        if desk is None:
            return encode(_answer(message, {39: _DONE}))
        known = self._books.rows(_KNOWN, (message[37], message[0]))
        return known[0][0] if known else self._handle(desk, message)

    def expire(self, now: datetime) -> None:
        """Let go of what was held for too long."""
        self._books.change(_EXPIRE, (now.isoformat(),))

    def _handle(
        self, desk: Callable[[Message, datetime], dict[int, str]], message: Message
    ) -> bytes:
        now = self._clock.now().astimezone(UTC)
        try:
            told = desk(message, now)
        except (KeyError, ValueError):
            told = {39: _FORMAT}
        answer = encode(_answer(message, told))
        self._books.change(_KEEP, (message[37], message[0], answer, now.isoformat()))
        return answer

    def _authorize(self, message: Message, now: datetime) -> dict[int, str]:
        if 62 in message:
            return self._increase(message, now)
        return self._decided(message, now, captures=False)

    def _financial(self, message: Message, now: datetime) -> dict[int, str]:
        if message[3].startswith(_REFUND):
            return self._refund(message, now)
        told = self._decided(message, now, captures=True)
        if told[39] == _DONE:
            held = self._find(message[37])
            assert held is not None, "it was authorized just now"
            told[127] = presentments.present(self._books, _deal(message, held), now)
        return told

    def _decided(self, message: Message, now: datetime, *, captures: bool) -> dict[int, str]:
        if self._find(message[37]):
            return {39: _DUPLICATE}
        sent = elements(message[48])
        card, value, before = card_of(message[2]), sent.get("43", ""), sent.get("63", "")
        proven = bool(value) and bool(self._books.rows(_PROVEN, (value, card)))
        set_up = bool(before) and bool(self._books.rows(_SET_UP, (before, card)))
        verdict = _ask_issuer(message, now, proven=proven, set_up=set_up)
        told = {39: verdict.code, 48: as_elements(verdict.elements)}
        if not verdict.yes:
            return told
        amount, reference = int(message[4]), message[37]
        network_id, code = _digits(reference, "network", 15), _digits(reference, "code", 6)
        days = _EXTENDED_DAYS if sent.get("61", "")[2:3] == "1" else _HOLD_DAYS
        state = "closed" if captures or amount == 0 else "open"
        expires = (now + timedelta(days=days)).isoformat()
        row = (reference, card, _masked(message[2]), message[42], message[18], amount,
               amount if captures else 0, message[49], network_id, code, int(proven), expires,
               state, sent.get("90", ""))  # fmt: skip
        self._books.change(_AUTHORIZE, row)
        return told | {38: code, 63: network_id}

    def _increase(self, message: Message, now: datetime) -> dict[int, str]:
        held = self._find(message[62])
        if refused := _unusable(held, now) or self._reversed_before(message):
            return {39: refused}
        assert held is not None, "what is missing has been refused"
        verdict = _ask_issuer(message, now, proven=True, set_up=True)
        if not verdict.yes:
            return {39: verdict.code, 48: as_elements(verdict.elements)}
        self._books.change(_RAISE, (int(message[4]), held.reference))
        self._books.change(_RAISED, (message[37], held.reference, int(message[4])))
        return {39: _DONE, 38: held.code, 63: held.network_id}

    def _capture(self, message: Message, now: datetime) -> dict[int, str]:
        held = self._find(message[62])
        if refused := _unusable(held, now):
            return {39: refused}
        assert held is not None, "what is missing has been refused"
        amount = int(message[4])
        if (held.captured + amount) * 100 > held.amount * _OVER_CAPTURE_PERCENT:
            return {39: _TOO_MUCH}
        final = elements(message[48]).get("61", "01")[1:2] != "0"
        self._books.change(_CAPTURE, (amount, "closed" if final else "open", held.reference))
        arn = presentments.present(self._books, _deal(message, held), now)
        return {39: _DONE, 38: held.code, 63: held.network_id, 127: arn}

    def _refund(self, message: Message, now: datetime) -> dict[int, str]:
        if refused := self._reversed_before(message):
            return {39: refused}
        code, arn, pending = presentments.refund(
            self._books,
            message[62],
            Refund(
                reference=message[37],
                amount=int(message[4]),
                number=message[2],
                about=elements(message[48]).get("90", ""),
            ),
            now,
        )
        if code != _DONE:
            return {39: code}
        return {39: code, 48: as_elements({"77": "P" if pending else ""}), 127: arn}

    def _reverse(self, message: Message, now: datetime) -> dict[int, str]:
        """Give back what a request has held; of a capture or refund, while it is not cleared."""
        taken = presentments.withdraw(self._books, message[62])
        if taken is not None:
            return {39: _DONE if taken else _CLOSED}
        raised = self._books.rows(_INCREMENT, (message[62],))
        if raised:
            return self._lower(message[62], *raised[0])
        held = self._find(message[62])
        if held is None:
            row = (message[62], "", "", message[42], "", 0, 0, message[49],
                   _digits(message[62], "network", 15), "", 0, now.isoformat(),
                   "closed", "")  # fmt: skip
            self._books.change(_AUTHORIZE, row)
            return {39: _NOT_FOUND}
        if held.state != "open":
            return {39: _DONE if held.captured == 0 else _CLOSED}
        rest = held.amount - held.captured
        amount = min(int(message[4]), rest)
        state = "closed" if amount == rest else "open"
        self._books.change(_REVERSE, (amount, state, held.reference))
        return {39: _DONE}

    def _lower(self, reference: str, authorization: str, amount: int) -> dict[int, str]:
        """Give back by how much an authorization was raised, as far as it is held still."""
        held = self._find(authorization)
        assert held is not None, "what was raised is there"
        if held.state == "open":
            less = min(amount, held.amount - held.captured)
            state = "closed" if less == held.amount - held.captured else "open"
            self._books.change(_REVERSE, (less, state, authorization))
        self._books.change(_UNDONE, (reference,))
        return {39: _DONE}

    def _reversed_before(self, message: Message) -> str:
        """Return why a request is refused that was reversed before it came, if it was."""
        return _DUPLICATE if self._find(message[37]) else ""

    def _contest(self, message: Message, now: datetime) -> dict[int, str]:
        case, evidence = message[62].strip(), message.get(120, "")
        return {39: contest(self._books, case, message[70], evidence, now.date())}

    def _find(self, reference: str) -> Authorization | None:
        rows = self._books.rows(_AUTHORIZATION, (reference,))
        return Authorization(*rows[0]) if rows else None


def _ask_issuer(message: Message, now: datetime, *, proven: bool, set_up: bool) -> Verdict:
    sent = elements(message[48])
    asked = Asked(
        number=message[2],
        amount=int(message[4]),
        expiry=message[14],
        cvc=sent.get("92", ""),
        asks_address=120 in message,
        present=not message[22].startswith(_ON_FILE),
        proven=proven,
        set_up=set_up,
        stores=bool(sent.get("22")),
        told=message[22].startswith(_TOLD),
        tried=bool(sent.get("42")),
    )
    return decide(asked, behaviour_of(message[2]), now)


def card_of(number: str) -> str:
    """Return by what the network's books know a card: never by its number."""
    return hashlib.sha256(b"card" + number.encode()).hexdigest()[:24]


def _deal(message: Message, held: Authorization) -> Deal:
    return Deal(
        reference=message[37],
        authorization=held.reference,
        card=held.card,
        masked=held.masked,
        merchant=held.merchant,
        category=held.category,
        amount=int(message[4]),
        currency=held.currency,
        number=message[2],
        about=elements(message[48]).get("90", ""),
    )


def _unusable(held: Authorization | None, now: datetime) -> str:
    """Return why an authorization can't be used any more, if it can't."""
    if held is None:
        return _NOT_FOUND
    return "" if held.state == "open" and now.isoformat() < held.expires_at else _CLOSED


def _answer(message: Message, told: Mapping[int, str]) -> dict[int, str]:
    kept = {number: message[number] for number in (3, 4, 7, 11, 32, 37, 41, 42, 49, 70)
            if number in message}  # fmt: skip
    kind = message[0]
    return kept | {0: f"{kind[:2]}{int(kind[2]) + 1}0"} | {n: it for n, it in told.items() if it}


def _digits(reference: str, purpose: str, length: int) -> str:
    found = hashlib.sha256(f"{purpose}{reference}".encode()).digest()
    return str(int.from_bytes(found) % 10**length).zfill(length)


def _masked(number: str) -> str:
    return f"{number[:6]}{'0' * (len(number) - 10)}{number[-4:]}"
