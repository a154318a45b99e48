"""Book transfers: between the operator's own accounts, settled within the ledger at once."""

from bezant.rails.book.rail import BOOK

__all__ = ["BOOK"]
