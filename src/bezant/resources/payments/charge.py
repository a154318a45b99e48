"""The charge object: a payment to an account, by whatever method, and what became of it."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType, field

from bezant.api.context import Context, created_of
from bezant.api.resource import PLATFORM, Expands, Resource
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.resources.core.application_fee import fee_detail
from bezant.resources.core.balance_transactions import by_card, record
from bezant.resources.core.converting import RATE, Exchanged, shows_rate
from bezant.resources.core.payment_method import BillingDetails
from bezant.resources.payments.parcel import Parcel
from bezant.store.objects import Column

ChargeStatus = Literal["succeeded", "pending", "failed"]


class Outcome(Struct, frozen=True, kw_only=True):
    """What the network and the rules about risk said of it."""

    advice_code: str | None = None
    network_advice_code: str | None = None
    network_decline_code: str | None = None
    network_status: str
    reason: str | None = None
    risk_level: str | UnsetType = UNSET
    risk_score: int | UnsetType = UNSET
    rule: str | UnsetType = UNSET
    seller_message: str
    type: Literal["authorized", "manual_review", "issuer_declined", "blocked", "invalid"]


class FraudDetails(Struct, frozen=True):
    """What people say of it: whether it is a fraud."""

    stripe_report: str | UnsetType = UNSET
    user_report: str | UnsetType = UNSET


class ChargeTransferData(Struct, frozen=True):
    """The account that the money goes on to, and how much of it if not all."""

    amount: int | None
    destination: str


class Charge(Resource, tag="charge"):
    """A payment to an account, in minor units."""

    expands: ClassVar[Expands] = {
        "application": ("application",),
        "application_fee": ("application_fee",),
        "balance_transaction": ("balance_transaction",),
        "customer": ("customer",),
        "failure_balance_transaction": ("balance_transaction",),
        "on_behalf_of": ("account",),
        "outcome.rule": ("rule",),
        "payment_intent": ("payment_intent",),
        "payment_method_details.card.mandate": ("mandate",),
        "payment_method_details.us_bank_account.mandate": ("mandate",),
        "review": ("review",),
        "source_transfer": ("transfer",),
        "transfer": ("transfer",),
        "transfer_data.destination": ("account",),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {"application_fee": PLATFORM}
    included: ClassVar[Mapping[str, tuple[str, str]]] = {
        "refunds": ("refund", "/v1/refunds?charge={id}"),
    }
    included_by: ClassVar[Mapping[str, Column]] = {"refunds": "source"}
    filters: ClassVar[Mapping[str, str]] = {
        "transfer_group": "group",
        "customer": "source",
        "payment_intent": "parent",
    }

    amount: int
    amount_captured: int
    amount_refunded: int = 0
    application: str | None = None
    application_fee: str | None = None
    application_fee_amount: int | None = None
    authorization_code: str | UnsetType = UNSET
    balance_transaction: str | None
    billing_details: BillingDetails = BillingDetails()
    calculated_statement_descriptor: str | None = None
    captured: bool = True
    currency: str
    customer: str | None = None
    description: str | None = None
    disputed: bool = False
    failure_balance_transaction: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    fraud_details: FraudDetails | None = None
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    on_behalf_of: str | None = None
    outcome: Outcome | None = None
    paid: bool = True
    payment_intent: str | None = None
    payment_method: str | None = None
    payment_method_details: dict[str, Any] | None = None
    receipt_email: str | None = None
    receipt_number: str | None = None
    receipt_url: str | None = None
    refunded: bool = False
    refunds: None = None
    review: str | None = None
    shipping: Parcel | None = None
    source: dict[str, Any] | None = None
    source_transfer: str | None = None
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None
    status: ChargeStatus = "succeeded"
    transfer: str | UnsetType = UNSET
    transfer_data: ChargeTransferData | None = None
    transfer_group: str | None = None

    @property
    def money(self) -> Money:
        """What was asked for."""
        return Money(self.amount, self.currency)

    @property
    def fingerprint(self) -> str | None:
        """By what a card or a bank account is known again."""
        details = self.payment_method_details or {}
        shown: dict[str, Any] = details.get(details.get("type", "")) or {}
        return shown.get("fingerprint")

    @property
    def payer(self) -> str | None:
        """The e-mail address of who pays."""
        return self.billing_details.email or self.receipt_email

    @property
    def left(self) -> Money:
        """What has been captured of it and not been given back."""
        return Money(self.amount_captured - self.amount_refunded, self.currency)


def receive(
    ctx: Context,
    amount: Money,
    worth: Exchanged,
    *,
    transfer: str,
    book: Book,
    pending_until: int | None = None,
    fee: Money | None = None,
    card: bool = False,
) -> Charge:
    """Store the payment that a transfer is on the receiving side, and its balance transaction.

    `worth` is what comes of the amount, of which the `fee` is taken; `card` says that a card has
    paid what is transferred.
    """
    name = ctx.new_id("py", book)
    transaction = record(
        ctx,
        "payment",
        worth.worth,
        source=name,
        book=book,
        pending_until=pending_until,
        fees=() if fee is None else (fee_detail(ctx, fee),),
    )
    if card:
        by_card(ctx, transaction)
    transaction = shows_rate(ctx, transaction, worth.rate)
    charge = Charge(
        id=name,
        amount=amount.amount,
        amount_captured=amount.amount,
        balance_transaction=transaction.id,
        created=created_of(name),
        currency=amount.currency,
        livemode=ctx.livemode,
        payment_method_details={"stripe_account": {}, "type": "stripe_account"},
        source_transfer=transfer,
    )
    hidden = {} if worth.rate is None else {RATE: str(worth.rate)}
    return ctx.create(charge, book=book, hidden=hidden)
