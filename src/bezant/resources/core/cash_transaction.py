"""The cash balance transaction object: a change of what a customer has sent ahead, and why.

The money is in the ledger, on an account of its own for each customer.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType

from bezant.api.context import Context, created_of
from bezant.api.resource import Expands, Resource
from bezant.kernel.money import Money
from bezant.ledger import balances
from bezant.ledger.balances import BalancePage
from bezant.ledger.book import Book
from bezant.ledger.chart import customer_cash
from bezant.resources.core.customer import Customer

MOST_CURRENCIES = 200
KEPT_FOR = timedelta(days=75)
"""How long money stays on a cash balance that nothing is paid with; then it goes back."""
OLD_JOB = "cash_balances.return_old"
REVERSE_JOB = "cash_balances.reverse"
TAKEN = "taken"
"""Where a funding's hidden part says that its sender has it again, until that is made good."""
BankTransferType = Literal[
    "us_bank_transfer", "eu_bank_transfer", "gb_bank_transfer", "jp_bank_transfer"
]
CashChange = Literal[
    "adjusted_for_overdraft",
    "applied_to_payment",
    "funded",
    "funding_reversed",
    "refunded_from_payment",
    "return_canceled",
    "return_initiated",
    "unapplied_from_payment",
]


UsNetwork = Literal["ach", "domestic_wire_us", "fednow", "rtp", "swift"]


class UsBankTransfer(Struct, frozen=True):
    """By which network it came, and from whom."""

    network: UsNetwork = "domestic_wire_us"
    sender_name: str | None = None


class EuBankTransfer(Struct, frozen=True):
    """From which account it came."""

    bic: str | None = None
    iban_last4: str | None = None
    sender_name: str | None = None


class GbBankTransfer(Struct, frozen=True):
    """From which account it came."""

    account_number_last4: str | None = None
    sender_name: str | None = None
    sort_code: str | None = None


class JpBankTransfer(Struct, frozen=True):
    """From which account it came."""

    sender_bank: str | None = None
    sender_branch: str | None = None
    sender_name: str | None = None


class BankTransfer(Struct, frozen=True, omit_defaults=True):
    """How money came; `reference` is what the customer wrote on it."""

    reference: str | None
    type: BankTransferType
    us_bank_transfer: UsBankTransfer | None = None
    eu_bank_transfer: EuBankTransfer | None = None
    gb_bank_transfer: GbBankTransfer | None = None
    jp_bank_transfer: JpBankTransfer | None = None


class Funded(Struct, frozen=True):
    """What is to be said of money that came in."""

    bank_transfer: BankTransfer


class OfPayment(Struct, frozen=True):
    """Which payment money went to, or came back from."""

    payment_intent: str


class OfRefund(Struct, frozen=True):
    """By which refund money came back."""

    refund: str


class OfOverdraft(Struct, frozen=True):
    """What was taken from the account's balance, and which change had left less than nothing."""

    balance_transaction: str
    linked_transaction: str


class CashBalanceTransaction(Resource, tag="customer_cash_balance_transaction"):
    """A change of a customer's cash balance, in minor units."""

    expands: ClassVar[Expands] = {
        "adjusted_for_overdraft.balance_transaction": ("balance_transaction",),
        "adjusted_for_overdraft.linked_transaction": ("customer_cash_balance_transaction",),
        "applied_to_payment.payment_intent": ("payment_intent",),
        "customer": ("customer",),
        "refunded_from_payment.refund": ("refund",),
        "unapplied_from_payment.payment_intent": ("payment_intent",),
    }
    filters: ClassVar[Mapping[str, str]] = {"customer": "parent"}

    adjusted_for_overdraft: OfOverdraft | UnsetType = UNSET
    applied_to_payment: OfPayment | UnsetType = UNSET
    currency: str
    customer: str
    customer_account: str | None = None
    ending_balance: int
    funded: Funded | UnsetType = UNSET
    net_amount: int
    refunded_from_payment: OfRefund | UnsetType = UNSET
    type: CashChange
    unapplied_from_payment: OfPayment | UnsetType = UNSET

    @property
    def money(self) -> Money:
        """Its amount as money."""
        return Money(self.net_amount, self.currency)


class Cash:
    """What a customer has sent ahead, in one run: what there is, and what changes it.

    Whoever changes it saves the customer, so that all changes come one after the other.
    """

    def __init__(self, ctx: Context, customer: Customer, held: dict[str, int]) -> None:
        """Keep what is held, by currency in minor units."""
        self._ctx = ctx
        self._held = dict(held)
        self.customer = customer

    @classmethod
    async def of(cls, ctx: Context, customer: Customer) -> "Cash":
        """Return what a customer has; the customer is read first."""
        return cls(ctx, customer, await held_for(ctx, customer.id))

    def held(self, currency: str) -> int:
        """Return what there is in a currency, in minor units."""
        return self._held.get(currency, 0)

    def all(self) -> dict[str, int]:
        """Return what there is by currency, without zeros."""
        return {currency: amount for currency, amount in self._held.items() if amount}

    def change(
        self, kind: CashChange, amount: int, currency: str, *, name: str | None = None, **told: Any
    ) -> CashBalanceTransaction:
        """Store a change, up or down; the entry that makes it is posted beside it."""
        ctx = self._ctx
        name = name or ctx.new_id("ccsbtxn")
        self._held[currency] = self.held(currency) + amount
        ctx.save(ctx.current(self.customer))
        if amount > 0 and kind != "adjusted_for_overdraft":
            enqueue_about(ctx, OLD_JOB, name, ctx.book, ctx.caller.platform, after=KEPT_FOR)
        return ctx.create(
            CashBalanceTransaction(
                id=name,
                created=created_of(name),
                currency=currency,
                customer=self.customer.id,
                ending_balance=self.held(currency),
                livemode=ctx.livemode,
                net_amount=amount,
                type=kind,
                **told,
            ),
            event="customer_cash_balance_transaction.created",
        )


def enqueue_about(
    ctx: Context, kind: str, subject: str, book: Book, platform: str, *, after: timedelta
) -> None:
    """Ask for a job about an object in a book, at once or after some time."""
    matter = {
        "platform": platform,
        "account": book.owner,
        "livemode": ctx.livemode,
        "subject": subject,
    }
    ctx.enqueue(kind, matter, at=ctx.now() + after)


async def held_for(ctx: Context, customer: str) -> dict[str, int]:
    """Return what a customer's cash balance holds, by currency, in minor units; no zeros."""
    path = customer_cash(ctx.book, customer).path
    async with ctx.runtime.pool.connection() as conn:
        found = await balances.page(conn, ctx.book, BalancePage(MOST_CURRENCIES, prefix=path))
    return {each.currency: each.available for each in found[0] if each.available}
