"""What issuers hold that nobody has captured: told once, when the day on which it began is over."""

from datetime import datetime

from msgspec import Struct

from bezant.sim.cards.books import NetworkBooks

_TOLD = "SELECT max(until) FROM report"
_TELL = "INSERT INTO report (until) VALUES (?)"
_HELD = """
SELECT a.reference, a.masked, a.merchant, a.amount - a.captured, a.currency, a.about, m.at
FROM authorization a JOIN message m ON m.reference = a.reference
WHERE a.state = 'open' AND a.amount > a.captured AND m.at >= ?1 AND m.at < ?2
UNION ALL
SELECT i.reference, a.masked, a.merchant, i.amount, a.currency, a.about, m.at
FROM increment i JOIN authorization a ON a.reference = i.authorization
JOIN message m ON m.reference = i.reference
WHERE a.state = 'open' AND i.amount > 0 AND m.at >= ?1 AND m.at < ?2
ORDER BY 7, 1
"""


class Held(Struct, frozen=True):
    """What a request holds, or by how much it has raised what another one does; `at` is UTC."""

    reference: str
    masked: str
    merchant: str
    amount: int
    currency: str
    about: str
    at: str


def tell(books: NetworkBooks, until: datetime) -> list[Held]:
    """Return what was held before a moment and was not told yet; inside a transaction."""
    last, end = books.rows(_TOLD)[0][0] or "", until.isoformat()
    if last >= end:
        return []
    books.change(_TELL, (end,))
    return [Held(*row) for row in books.rows(_HELD, (last, end))]
