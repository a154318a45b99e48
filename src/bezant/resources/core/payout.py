"""The payout object, and how a payout begins: by hand, by the schedule, or to take one back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import ClassVar, Literal

from msgspec import Struct, convert, field, to_builtins
from msgspec.structs import replace

from bezant.api.context import COLUMNS, Context, Hidden, created_of
from bezant.api.resource import PLATFORM, Expands, Resource
from bezant.flows import charge
from bezant.flows import payout as flow
from bezant.flows.advance import Part
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book, book_of
from bezant.movement import instruct
from bezant.movement.movement import Movement
from bezant.movement.order import Order
from bezant.rail import Address
from bezant.resources.core.application_fee import FeeSource, Taken, earn
from bezant.resources.core.balance_transactions import FeeDetail, record
from bezant.resources.core.bank_accounts import BankAccount, party
from bezant.resources.core.instant_advances import book_ahead, undo_ahead
from bezant.resources.core.instant_payouts import FREE, Price
from bezant.resources.core.sortable import sortable

Method = Literal["standard", "instant"]
PRICE = "price"
"""Where in a payout's hidden part is what it cost."""
FEE_JOB = "payouts.fee_back"
"""The job that gives a platform's fee back of a payout that has come to nothing."""

FAILURES: Mapping[str, str] = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "bank_account_restricted": "The bank account takes no payments of this kind.",
    "bank_ownership_changed": "The account now belongs to another bank.",
    "could_not_process": "The bank could not process the payout.",
    "debit_not_authorized": "The bank did not allow the payment to this account.",
    "declined": "The bank has declined the payout.",
    "incorrect_account_holder_address": "The address is not that of the account's holder.",
    "incorrect_account_holder_name": "The name is not that of the account's holder.",
    "incorrect_account_holder_tax_id": "The tax id is not that of the account's holder.",
    "incorrect_account_type": "The bank account is of another type than was said.",
    "insufficient_funds": "The bank reported insufficient funds.",
    "invalid_account_number": "The routing number is right, but the account number is not.",
    "invalid_currency": "The bank could not take the payout in this currency.",
    "no_account": "The bank has found no account with these details.",
}
"""Why payouts fail, by failure code."""


class TraceId(Struct, frozen=True):
    """The bank's name for the payment, by which the receiver's bank can look for it."""

    status: Literal["pending", "supported", "unsupported"] = "pending"
    value: str | None = None


class Payout(Resource, tag="payout"):
    """Money on its way to a bank account, in minor units; `arrival_date` in Unix seconds."""

    expands: ClassVar[Expands] = {
        "application_fee": ("application_fee",),
        "balance_transaction": ("balance_transaction",),
        "destination": ("bank_account",),
        "failure_balance_transaction": ("balance_transaction",),
        "original_payout": ("payout",),
        "reversed_by": ("payout",),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {"application_fee": PLATFORM}
    filters: ClassVar[Mapping[str, str]] = {
        "status": "status",
        "destination": "destination",
        "arrives": "reference",
        "currency": "currency",
    }

    amount: int
    application_fee: str | None = None
    application_fee_amount: int | None = None
    arrival_date: int
    automatic: bool = False
    balance_transaction: str | None = None
    currency: str
    description: str | None = None
    destination: str
    failure_balance_transaction: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    metadata: dict[str, str]
    method: Literal["standard", "instant"] = "standard"
    original_payout: str | None = None
    payout_method: None = None
    reconciliation_status: Literal["completed", "in_progress", "not_applicable"] = "not_applicable"
    reversed_by: str | None = None
    source_type: Literal["card"] = "card"
    statement_descriptor: str | None = None
    status: Literal["pending", "in_transit", "paid", "canceled", "failed"] = "pending"
    trace_id: TraceId = TraceId()
    type: Literal["bank_account"] = "bank_account"

    @property
    def money(self) -> Money:
        """Its amount as money."""
        return Money(self.amount, self.currency)

    @property
    def arrives(self) -> str:
        """Its arrival as a column has it."""
        return sortable(self.arrival_date)


class Wanted(Struct, frozen=True, kw_only=True):
    """What is wanted of a new payout, beside the amount and the bank account.

    `address` is the account holder's, which some networks ask for; `ahead` is what is taken of
    payments that are still pending; `minimum` is what stays in the balance by the account's
    settings, in minor units.
    """

    address: Address | None = None
    ahead: Sequence[Part] = ()
    automatic: bool = False
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    method: Method = "standard"
    minimum: int = 0
    price: Price = FREE
    statement_descriptor: str | None = None


def begin(ctx: Context, amount: Money, destination: BankAccount, wanted: Wanted) -> Payout:
    """Send the acting account's money to a bank account of its own.

    Raises InvalidRequest, before anything is collected, when no rail reaches the account.
    """
    name = ctx.new_id("po")
    payout = Payout(
        id=name,
        amount=amount.amount,
        arrival_date=created_of(name),
        automatic=wanted.automatic,
        created=created_of(name),
        currency=amount.currency,
        description=wanted.description,
        destination=destination.id,
        livemode=ctx.livemode,
        metadata=wanted.metadata,
        method=wanted.method,
        reconciliation_status="in_progress" if wanted.automatic else "not_applicable",
        statement_descriptor=wanted.statement_descriptor,
    )
    order = Order(party(ctx, destination, wanted.address), description="PAYOUT")
    movement = _sent(ctx, payout, order)
    least = Money(wanted.minimum, amount.currency)
    if least:
        ctx.post(flow.minimum_held(least, book=ctx.book), source=name)
        recorded(ctx, "payout_minimum_balance_hold", -least, payout)
    taken = book_ahead(ctx, wanted.ahead, amount.currency, name)
    entry = flow.created(amount, book=ctx.book, rail=movement.rail)
    instruct.tie(ctx, movement, ctx.post(entry, source=name))
    payout.balance_transaction = recorded(ctx, "payout", -amount, payout, fees=wanted.price.fees)
    _pay(ctx, payout, wanted.price)
    if least:
        ctx.post(flow.minimum_released(least, book=ctx.book), source=name)
        recorded(ctx, "payout_minimum_balance_release", least, payout)
    payout.arrival_date = day_of(movement)
    hidden: Hidden = {
        "chain": [ctx.caller.platform, ctx.account],
        COLUMNS: {"due_at": ctx.now().isoformat()},
        PRICE: to_builtins(wanted.price),
        **taken,
    }
    return ctx.create(payout, event="payout.created", hidden=hidden)


def recorded(
    ctx: Context,
    kind: str,
    amount: Money,
    payout: Payout,
    *,
    book: Book | None = None,
    fees: Sequence[FeeDetail] = (),
) -> str:
    """Store a balance transaction of a payout and return its id."""
    words = payout.description
    made = record(ctx, kind, amount, source=payout.id, book=book, description=words, fees=fees)
    return made.id


def given_up(ctx: Context, kind: str, payout: Payout, book: Book) -> str:
    """Record that a payout's money is back, and what it cost with it; returns the id.

    The platform gives its own fee back after that, and the rest of what was taken ahead is undone.
    """
    hidden = ctx.hidden(payout)
    price = convert(hidden.get(PRICE, {}), Price)
    back = [replace(each, amount=-each.amount) for each in price.fees if not each.application]
    made = recorded(ctx, kind, payout.money, payout, book=book, fees=back)
    if fee := Money(price.operators, payout.currency):
        ctx.post(flow.price_returned(fee, book=book), source=payout.id)
    platform: str = hidden["chain"][0] if "chain" in hidden else book.owner
    if billed := Money(price.billed, payout.currency):
        there = book_of(platform, ctx.livemode)
        ctx.post(flow.price_returned(billed, book=there), source=payout.id)
        text = _bill(payout, book.owner)
        record(ctx, "stripe_fee", billed, source=None, book=there, description=text)
    if payout.application_fee:
        matter = {"platform": platform, "account": book.owner, "livemode": ctx.livemode,
                  "subject": payout.id}  # fmt: skip
        ctx.enqueue(FEE_JOB, matter)
    undo_ahead(
        ctx, hidden, payout.currency, payout.id, book, short=payout.application_fee_amount or 0
    )
    return made


def _pay(ctx: Context, payout: Payout, price: Price) -> None:
    """Let a payout be paid for, by its account and by its platform."""
    if fee := Money(price.operators, payout.currency):
        ctx.post(flow.priced(fee, book=ctx.book), source=payout.id)
    if billed := Money(price.billed, payout.currency):
        book = ctx.platform_book
        ctx.post(charge.fee_taken(billed, book=book, purse="available"), source=payout.id)
        text = _bill(payout, ctx.account)
        record(ctx, "stripe_fee", -billed, source=None, book=book, description=text)
    if own := Money(price.application_fee, payout.currency):
        source = FeeSource("payout", payout=payout.id)
        payout.application_fee = earn(ctx, Taken.of(own), book=ctx.book, source=source).id
        payout.application_fee_amount = own.amount


def _bill(payout: Payout, account: str) -> str:
    return f"Instant payout fee of {payout.id} of {account}"


def day_of(movement: Movement) -> int:
    """Return when the day of the expected settlement begins, in Unix seconds."""
    assert movement.expected_settlement_at is not None, "a movement that is sent has its dates"
    day = datetime.fromtimestamp(movement.expected_settlement_at, UTC).date()
    return unix_seconds(datetime.combine(day, time(), UTC))


def _sent(ctx: Context, payout: Payout, order: Order) -> Movement:
    """Send it by whichever rail reaches the account; an instant one says so when none does."""
    try:
        return instruct.send(ctx, payout, payout.money, order, service=payout.method)
    except InvalidRequest as refused:
        if payout.method != "instant" or refused.code not in ("no_route", "rail_refuses"):
            raise
        raise InvalidRequest(
            f"This can't be paid out instantly. {refused.message} Use `standard`.",
            code="instant_payouts_unsupported",
            param="method",
        ) from refused
