"""The application fee object: what a platform takes of its accounts' payments and payouts."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType, field

from bezant.api.context import Context, created_of
from bezant.api.resource import Expands, Identified, Resource
from bezant.flows import application_fee as flow
from bezant.flows import conversion
from bezant.flows import payout as payout_flow
from bezant.flows.charge import Purse
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.entry import Entry
from bezant.resources.core.application import application_of
from bezant.resources.core.balance_transactions import FeeDetail, by_card, record
from bezant.resources.core.converting import Exchanged, shows_rate

SHOWN = 10
"""How many refunds a fee shows; the list of refunds has all."""
SUMS = "sums"
"""Where a fee's hidden part has what the account has paid for it and what the platform has of it,
in minor units, with their currencies, if one of them is not what the fee says."""


class Taken(Struct, frozen=True):
    """A fee as it was asked for, what the account pays for it, and what the platform has of it."""

    asked: Money
    cost: Money
    gain: Exchanged

    @classmethod
    def of(cls, amount: Money) -> "Taken":
        """Return a fee for which nothing is converted."""
        return cls(amount, amount, Exchanged(amount))


class FeeSource(Struct, frozen=True):
    """What it was taken of: a payment, or an instant payout."""

    type: Literal["charge", "payout"]
    charge: str | UnsetType = UNSET
    payout: str | UnsetType = UNSET


class ApplicationFeeRefund(Identified, tag="fee_refund"):
    """All or a part of an application fee, given back; in minor units."""

    expands: ClassVar[Expands] = {
        "balance_transaction": ("balance_transaction",),
        "fee": ("application_fee",),
    }

    amount: int
    balance_transaction: str
    created: int
    currency: str
    fee: str
    metadata: dict[str, str]


class FeeRefunds(Struct, kw_only=True):
    """The latest refunds of a fee."""

    object: Literal["list"] = "list"
    data: list[ApplicationFeeRefund] = field(default_factory=list[ApplicationFeeRefund])
    has_more: bool = False
    url: str


class ApplicationFee(Resource, tag="application_fee"):
    """What a platform has earned of an account's payment or payout, in minor units."""

    expands: ClassVar[Expands] = {
        "account": ("account",),
        "application": ("application",),
        "balance_transaction": ("balance_transaction",),
        "charge": ("charge",),
        "originating_transaction": ("charge",),
        "refunds.data.balance_transaction": ("balance_transaction",),
        "refunds.data.fee": ("application_fee",),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {"charge": "account"}

    account: str
    amount: int
    amount_refunded: int = 0
    application: str
    balance_transaction: str
    charge: str | None
    currency: str
    fee_source: FeeSource
    originating_transaction: str | None = None
    refunded: bool = False
    refunds: FeeRefunds

    @property
    def left(self) -> Money:
        """What has not been given back of it."""
        return Money(self.amount - self.amount_refunded, self.currency)


def fee_detail(ctx: Context, amount: Money) -> FeeDetail:
    """Return the fee as a part of what the account's payment or payout costs it."""
    return FeeDetail(
        amount=amount.amount,
        application=application_of(ctx.caller.platform),
        currency=amount.currency,
        description=f"{ctx.caller.platform} application fee",
        type="application_fee",
    )


def earn(
    ctx: Context,
    taken: Taken,
    *,
    book: Book,
    source: FeeSource,
    originating: str | None = None,
    pending_until: int | None = None,
    card: bool = False,
) -> ApplicationFee:
    """Take a fee out of a payment in an account's book, pending as long as that is.

    A payment (by `card` or not) may leave less than the fee, a payout must leave enough for it.
    """
    platform = ctx.platform_book
    name = ctx.new_id("fee", platform)
    purse: Purse = "available" if pending_until is None else "pending"
    entries: Sequence[Entry]
    amount, cost, gain = taken.asked, taken.cost, taken.gain.worth
    if source.type == "payout":
        entries = payout_flow.shared(gain, source=book, destination=platform)
    elif cost.currency == gain.currency:
        entries = flow.taken(gain, source=book, destination=platform, purse=purse)
    else:
        entries = conversion.fee_taken(
            gain, cost, source=book, destination=platform, purse=purse, house=ctx.house
        )
    for entry in entries:
        ctx.post(entry, source=name)
    transaction = record(
        ctx, "application_fee", gain, source=name, book=platform, pending_until=pending_until
    )
    transaction = shows_rate(ctx, transaction, taken.gain.rate)
    if card:
        by_card(ctx, transaction)
    fee = ApplicationFee(
        id=name,
        account=book.owner,
        amount=amount.amount,
        application=application_of(platform.owner),
        balance_transaction=transaction.id,
        charge=source.charge if isinstance(source.charge, str) else None,
        created=created_of(name),
        currency=amount.currency,
        fee_source=source,
        livemode=ctx.livemode,
        originating_transaction=originating,
        refunds=FeeRefunds(url=f"/v1/application_fees/{name}/refunds"),
    )
    hidden: dict[str, Any] = {}
    if (cost, gain) != (amount, amount):
        hidden = {SUMS: [[each.amount, each.currency] for each in (cost, gain)]}
    return ctx.create(fee, event="application_fee.created", book=platform, hidden=hidden)


def shown_again(ctx: Context, fee: ApplicationFee, changed: ApplicationFeeRefund) -> None:
    """Let a fee show a refund as it is now."""
    data = [changed if each.id == changed.id else each for each in fee.refunds.data]
    ctx.save(fee, refunds=FeeRefunds(data=data, has_more=fee.refunds.has_more, url=fee.refunds.url))
