"""Balance transactions: the history of an account's balance as the API shows it.

The net amounts of those that are available add up to the ledger's `available` account, those that
are pending to its `pending` account. What is kept apart, such as reserves, has transactions of its
own, by `balance_type`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Literal

from msgspec import Raw, Struct, field

from bezant.api.context import COLUMNS, Context, created_of
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.resource import Expands, Identified
from bezant.api.routes import Routes
from bezant.kernel.codec import encode_json, unix_seconds
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.store.objects import Row

BalanceType = Literal["payments", "refund_and_dispute_prefunding", "risk_reserved"]
"""Which of an account's balances changes."""

REPORTING_CATEGORIES: Mapping[str, str] = {
    "adjustment": "other_adjustment",
    "advance": "advance",
    "advance_funding": "advance_funding",
    "application_fee": "platform_earning",
    "application_fee_refund": "platform_earning_refund",
    "charge": "charge",
    "connect_collection_transfer": "connect_collection_transfer",
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "payment_refund": "refund",
    "payout": "payout",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "payout_minimum_balance_hold": "payout_minimum_balance_hold",
    "payout_minimum_balance_release": "payout_minimum_balance_release",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "reserve_hold": "risk_reserved_funds",
    "reserve_release": "risk_reserved_funds",
    "reserve_transaction": "connect_reserved_funds",
    "stripe_fee": "fee",
    "topup": "topup",
    "topup_reversal": "topup_reversal",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
}
"""What reports call each type, unless whoever records it knows better."""
LISTED = "group"
"""Where a transaction has the automatic payout that lists it, if it is listed with it once more."""
RECONCILED = "reconciliation"
"""Where a payout's hidden part has what it was made of."""
CARD = "card"
"""What pending money of card payments is found by, beside the type `charge`."""


class FeeDetail(Struct):
    """One of the fees of a balance transaction."""

    amount: int
    application: str | None
    currency: str
    description: str | None
    type: str


class BalanceTransaction(Identified, tag="balance_transaction"):
    """A change of an account's balance, in minor units; times are Unix seconds."""

    expands: ClassVar[Expands] = {
        "source": (
            "application_fee",
            "charge",
            "connect_collection_transfer",
            "customer_cash_balance_transaction",
            "dispute",
            "fee_refund",
            "payout",
            "refund",
            "reserve_transaction",
            "topup",
            "transfer",
            "transfer_reversal",
        )
    }

    filters: ClassVar[Mapping[str, str]] = {
        name: name for name in ("type", "source", "payout", "currency", "due_at", "status")
    }

    amount: int
    available_on: int
    balance_type: BalanceType = "payments"
    created: int
    currency: str
    description: str | None = None
    exchange_rate: Raw = field(default_factory=lambda: Raw(b"null"))
    fee: int = 0
    fee_details: tuple[FeeDetail, ...] = ()
    net: int
    reporting_category: str
    source: str | None
    status: Literal["available", "pending"] = "available"
    type: str

    @property
    def payout(self) -> str | None:
        """The payout whose transaction this is; a worker finds those of which it was made.

        Other balances are in no payout: they stand apart under their name.
        """
        if self.balance_type != "payments":
            return self.balance_type
        return self.source if self.type == "payout" and self.amount < 0 else None

    @property
    def due_at(self) -> str | None:
        """When it becomes available by time alone; what a bank must bring waits for the bank."""
        if self.status == "available" or self.type in ("payout", "topup"):
            return None
        return datetime.fromtimestamp(self.available_on, UTC).isoformat()


class ListBalanceTransactions(ListParams):
    """By what balance transactions are listed."""

    currency: str | None = None
    payout: str | None = None
    source: str | None = None
    type: str | None = None


class _Payout(Identified, tag="payout"):
    """What of a payout counts when its transactions are listed."""

    automatic: bool


routes = Routes(BalanceTransaction, "/v1/balance_transactions", prefix="txn", listed=False)


@routes.get("/v1/balance_transactions", listing=True)
async def list_all(ctx: Context, params: ListBalanceTransactions) -> Page:
    """List balance transactions, newest first; those of a payout are what it was made of."""
    chosen = {"type": params.type, "source": params.source, "currency": params.currency}
    filters = {name: value for name, value in chosen.items() if value is not None}
    if params.payout is not None:
        filters[await _column_of(ctx, params.payout)] = params.payout
    return await page_of(ctx, BalanceTransaction, "txn", params, filters, {})


async def _column_of(ctx: Context, payout: str) -> str:
    """Return where the transactions of a payout have its name."""
    found = await ctx.find(_Payout, payout)
    if found is None or not found.automatic:
        return "payout"
    return LISTED if ctx.hidden(found).get(RECONCILED, {}).get("carried_in") else "payout"


def record(
    ctx: Context,
    kind: str,
    amount: Money,
    *,
    source: str | None,
    book: Book | None = None,
    description: str | None = None,
    pending_until: int | None = None,
    fees: Sequence[FeeDetail] = (),
) -> BalanceTransaction:
    """Store a change of the balance beside the entry that makes it."""
    name = ctx.new_id("txn", book)
    made = transaction(
        name,
        kind,
        amount,
        source=source,
        pending_until=pending_until,
        description=description,
        fees=fees,
    )
    return ctx.create(made, book=book)


def by_card(ctx: Context, made: BalanceTransaction) -> BalanceTransaction:
    """Note of what was just recorded that a card has paid it, where its type does not say so."""
    return ctx.save(made, hidden={COLUMNS: {"reference": CARD}})


def record_apart(
    ctx: Context,
    balance_type: BalanceType,
    kind: str,
    amount: Money,
    *,
    source: str | None,
    book: Book | None = None,
    description: str | None = None,
) -> BalanceTransaction:
    """Store a change of a balance that is kept apart."""
    made = transaction(
        ctx.new_id("txn", book),
        kind,
        amount,
        source=source,
        description=description,
        balance_type=balance_type,
    )
    return ctx.create(made, book=book)


def transaction(
    name: str,
    kind: str,
    amount: Money,
    *,
    source: str | None,
    pending_until: int | None = None,
    description: str | None = None,
    fees: Sequence[FeeDetail] = (),
    balance_type: BalanceType = "payments",
) -> BalanceTransaction:
    """Return a change of a balance: available at once, or pending until about a Unix second."""
    created = created_of(name)
    fee = sum(each.amount for each in fees)
    return BalanceTransaction(
        id=name,
        amount=amount.amount,
        available_on=created if pending_until is None else pending_until,
        balance_type=balance_type,
        created=created,
        currency=amount.currency,
        description=description,
        fee=fee,
        fee_details=tuple(fees),
        net=amount.amount - fee,
        reporting_category=REPORTING_CATEGORIES[kind],
        source=source,
        status="available" if pending_until is None else "pending",
        type=kind,
    )


def become_available(ctx: Context, pending: BalanceTransaction) -> None:
    """Let a pending change be available from now on."""
    ctx.save(pending, status="available", available_on=unix_seconds(ctx.now()))


def unread(ctx: Context, first: BalanceTransaction, book: Book) -> BalanceTransaction:
    """Take note of a transaction whose first version is known without reading it.

    For those who may not read: nobody else writes the second version, and if somebody did, the
    door would find it.
    """
    row = Row(
        kind=first.kind(),
        id=first.id,
        version=1,
        body=encode_json(first).decode(),
        hidden=None,
        deleted=False,
    )
    return ctx.adopt(first, row, book)
