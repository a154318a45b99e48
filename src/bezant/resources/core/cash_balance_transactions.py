"""Cash balance transactions: what came onto a customer's cash balance, and what went from there.

The money is in the ledger, on an account of its own for each customer. In test mode a customer
sends it at once, by wire to the simulated bank of its currency, whose statement shows it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from bezant.api.context import Context, created_of
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Amount, Currency, Params
from bezant.api.resource import Expands, Resource
from bezant.api.routes import Routes
from bezant.flows import cash_balance as flow
from bezant.kernel.codec import from_base62
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.ids import RANDOM_BITS
from bezant.kernel.money import Money
from bezant.ledger import balances
from bezant.ledger.balances import BalancePage
from bezant.ledger.book import Book
from bezant.ledger.chart import customer_cash
from bezant.ledger.entry import Entry
from bezant.movement import instruct
from bezant.movement.engine import engine_of
from bezant.movement.handler import Handler
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.profile import BankProfile
from bezant.resources.core.customer import Customer

PATH = "/v1/customers/{customer}/cash_balance_transactions"
FUND = "/v1/test_helpers/customers/{customer}/fund_cash_balance"
RAIL = "wire"
MOST_CURRENCIES = 200
BankTransferType = Literal["us_bank_transfer", "eu_bank_transfer", "gb_bank_transfer"]


class UsBankTransfer(Struct, frozen=True):
    """By which network it came, and from whom."""

    network: Literal["domestic_wire_us"] = "domestic_wire_us"
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


class BankTransfer(Struct, frozen=True, omit_defaults=True):
    """How money came; `reference` is what the customer wrote on it."""

    reference: str | None
    type: BankTransferType
    us_bank_transfer: UsBankTransfer | None = None
    eu_bank_transfer: EuBankTransfer | None = None
    gb_bank_transfer: GbBankTransfer | None = None


class Funded(Struct, frozen=True):
    """What is to be said of money that came in."""

    bank_transfer: BankTransfer


class CashBalanceTransaction(Resource, tag="customer_cash_balance_transaction"):
    """A change of a customer's cash balance, in minor units."""

    expands: ClassVar[Expands] = {"customer": ("customer",)}
    filters: ClassVar[Mapping[str, str]] = {"customer": "parent"}

    currency: str
    customer: str
    customer_account: None = None
    ending_balance: int
    funded: Funded
    net_amount: int
    type: Literal["funded"] = "funded"

    @property
    def money(self) -> Money:
        """Its amount as money."""
        return Money(self.net_amount, self.currency)


class FundCashBalance(Params):
    """How much a customer is to send, and what it writes on it."""

    amount: Amount
    currency: Currency
    reference: Annotated[str, Meta(min_length=1, max_length=140)] | None = None


routes = Routes(CashBalanceTransaction, PATH, prefix="ccsbtxn", listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, customer: Customer, params: ListParams) -> Page:
    """List the changes of a customer's cash balance, newest first."""
    parent = {"parent": customer.id}
    return await page_of(ctx, CashBalanceTransaction, "ccsbtxn", params, parent)


@routes.get(PATH + "/{id}")
async def retrieve(
    _ctx: Context, customer: Customer, transaction: CashBalanceTransaction
) -> CashBalanceTransaction:
    """Retrieve a change of a customer's cash balance."""
    assert transaction.customer == customer.id, "the path has been checked"
    return transaction


@routes.post(FUND)
async def fund_cash_balance(
    ctx: Context, customer: Customer, params: FundCashBalance
) -> CashBalanceTransaction:
    """Let a customer send money, in test mode; the simulated bank receives it."""
    bank = _bank(ctx, params.currency)
    held = await held_for(ctx, customer.id)
    name = ctx.new_id("ccsbtxn")
    transfer = _transfer(params, _reference(name))
    made = CashBalanceTransaction(
        id=name,
        created=created_of(name),
        currency=params.currency,
        customer=customer.id,
        ending_balance=held.get(params.currency, 0) + params.amount,
        funded=Funded(transfer),
        livemode=ctx.livemode,
        net_amount=params.amount,
    )
    instruct.expect(ctx, made, made.money, rail=RAIL, bank=bank, reference=_reference(name))
    entry = flow.funded(made.money, book=ctx.book, rail=RAIL, name=customer.id)
    ctx.post(entry, source=name)
    ctx.save(customer)  # Who sends at the same moment must see this one in its ending balance.
    return ctx.create(made, event="customer_cash_balance_transaction.created")


async def held_for(ctx: Context, customer: str) -> dict[str, int]:
    """Return what a customer's cash balance holds, by currency, in minor units; no zeros."""
    path = customer_cash(ctx.book, customer).path
    async with ctx.runtime.pool.connection() as conn:
        found = await balances.page(conn, ctx.book, BalancePage(MOST_CURRENCIES, prefix=path))
    return {each.currency: each.available for each in found[0] if each.available}


def _bank(ctx: Context, currency: str) -> BankProfile:
    if ctx.livemode:
        raise InvalidRequest(
            "Customers send money by themselves in live mode: this is for test mode only.",
            code="testmode_only",
        )
    bank = engine_of(ctx).banks.receiving(currency, livemode=False)
    if bank is None or currency not in _KINDS:
        raise InvalidRequest(
            f"Customers can send {', '.join(_KINDS)}: the simulated banks take bank transfers of "
            "nothing else.",
            code="currency_not_supported",
            param="currency",
        )
    return bank


_KINDS: Mapping[str, tuple[BankTransferType, Struct]] = {
    "usd": ("us_bank_transfer", UsBankTransfer()),
    "eur": ("eu_bank_transfer", EuBankTransfer()),
    "gbp": ("gb_bank_transfer", GbBankTransfer()),
}


def _transfer(params: FundCashBalance, reference: str) -> BankTransfer:
    kind, details = _KINDS[params.currency]
    told: dict[str, Any] = {kind: details}
    return BankTransfer(reference=params.reference or reference, type=kind, **told)


def _reference(name: str) -> str:
    """Return what stands on the wire, out of an id's random bits."""
    bits = from_base62(name.rpartition("_")[2]) & (1 << RANDOM_BITS) - 1
    return f"CB{bits & (1 << 48) - 1:012X}"


def _settled(
    ctx: Context, made: CashBalanceTransaction, movement: Movement, _fact: MovementFact
) -> None:
    ctx.post(flow.settled(made.money, book=movement.book, rail=movement.rail), source=made.id)


def _house_settled(total: Money, house: Book, rail: str) -> Entry:
    return flow.received(total, house=house, rail=rail)


handler = Handler(
    subject=CashBalanceTransaction, on={"settled": _settled}, house={"settled": _house_settled}
)
