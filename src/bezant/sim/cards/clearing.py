"""The end of the network's day: clearing, what it costs, and what is paid when.

Interchange and scheme fees are as general knowledge has them, in hundredths of a percent and in
minor units for each piece.
"""

from datetime import date

from msgspec import Struct

from bezant.sim.banking_days import next_after
from bezant.sim.cards.books import NetworkBooks

_SCHEME_RATE, _SCHEME_FIXED = 14, 2
_CREDIT, _PREMIUM, _DEBIT = (180, 10), (230, 10), (5, 21)
_TEN_THOUSAND = 10_000
_AT_ONCE = 5_000

_CURRENCIES = """
SELECT currency FROM presentment WHERE cleared_on IS NULL AND day <= ?
UNION SELECT currency FROM chargeback WHERE settlement IS NULL
"""
_UNCLEARED = """
SELECT id, reference, arn, masked, merchant, category, amount, currency, day, about, authorization
FROM presentment
WHERE cleared_on IS NULL AND currency = ? AND day <= ? ORDER BY id LIMIT ?
"""
_CLEARED = "UPDATE presentment SET cleared_on = ? WHERE id = ?"
_CHARGED_BACK = """
SELECT chargeback.matter, arn, masked, merchant, chargeback.amount, chargeback.currency, about
FROM chargeback
JOIN matter ON matter.id = chargeback.matter
JOIN presentment ON presentment.id = matter.presentment
WHERE chargeback.currency = ? AND settlement IS NULL ORDER BY chargeback.id
"""
_COUNTED = "UPDATE chargeback SET settlement = ? WHERE currency = ? AND settlement IS NULL"
_NUMBER = "SELECT count(*) FROM settlement WHERE day = ? AND currency = ?"
_SETTLE = """
INSERT INTO settlement (reference, day, currency, pays_on, items, captured, refunded, charged_back,
                        fees, net) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class Cleared(Struct, frozen=True):
    """A presentment and what it costs; amounts in minor units.

    `original` is the authorization that it takes money of, or the capture that it gives back.
    """

    id: int
    reference: str
    arn: str
    masked: str
    merchant: str
    category: str
    amount: int
    currency: str
    day: str
    about: str
    original: str
    interchange: int = 0
    scheme_fee: int = 0


class Moved(Struct, frozen=True):
    """What a matter has moved: negative when it was taken from the merchant."""

    case: int
    arn: str
    masked: str
    merchant: str
    amount: int
    currency: str
    about: str


class Total(Struct, frozen=True):
    """What a day comes to in a currency."""

    reference: str
    day: str
    currency: str
    pays_on: str
    items: int
    captured: int
    refunded: int
    charged_back: int
    fees: int
    net: int


def currencies(books: NetworkBooks, until: date) -> list[str]:
    """Return the currencies in which there is something to clear or to settle."""
    return sorted(row[0] for row in books.rows(_CURRENCIES, (until.isoformat(),)))


def clear(
    books: NetworkBooks, currency: str, until: date, today: date, *, at_once: bool
) -> tuple[list[Cleared], list[Moved], Total]:
    """Clear what was presented up to a day, and settle it; inside a transaction."""
    rows = books.rows(_UNCLEARED, (currency, until.isoformat(), _AT_ONCE))
    cleared = [_priced(Cleared(*row)) for row in rows]
    books.change_many(_CLEARED, [(today.isoformat(), one.id) for one in cleared])
    moves = [Moved(*row) for row in books.rows(_CHARGED_BACK, (currency,))]
    moved = sum(one.amount for one in moves)
    captured = sum(one.amount for one in cleared if one.amount > 0)
    refunded = -sum(one.amount for one in cleared if one.amount < 0)
    fees = sum(one.interchange + one.scheme_fee for one in cleared)
    day = today.isoformat()
    number = books.rows(_NUMBER, (day, currency))[0][0] + 1
    reference = f"CARDS{today:%y%m%d}{currency}{number:04d}"
    pays_on = today if at_once else next_after(today)
    net = captured - refunded + moved - fees
    row = (reference, day, currency, pays_on.isoformat(), len(cleared) + len(moves), captured,
           refunded, -moved, fees, net)  # fmt: skip
    books.change(_SETTLE, row)
    books.change(_COUNTED, (reference, currency))
    return cleared, moves, Total(*row)


def _priced(one: Cleared) -> Cleared:
    """Return a presentment with its fees; a refund gives its interchange back."""
    rate, fixed = _rate(one.masked)
    if one.amount < 0:
        interchange = -(-one.amount * rate // _TEN_THOUSAND)
        scheme = _SCHEME_FIXED
    else:
        interchange = min(one.amount * rate // _TEN_THOUSAND + fixed, one.amount)
        scheme = one.amount * _SCHEME_RATE // _TEN_THOUSAND + _SCHEME_FIXED
    values = (one.id, one.reference, one.arn, one.masked, one.merchant, one.category, one.amount,
              one.currency, one.day, one.about, one.original)  # fmt: skip
    return Cleared(*values, interchange, scheme)


def _rate(masked: str) -> tuple[int, int]:
    if masked.startswith(("400005", "520082")):
        return _DEBIT
    return _PREMIUM if masked.startswith(("34", "37", "36", "30")) else _CREDIT
