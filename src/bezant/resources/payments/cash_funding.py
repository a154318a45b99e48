"""Cash funding: how money comes onto cash balances, and where customers are told to send it.

In test mode a customer sends it at once, by wire to the simulated bank of its currency, whose
statement shows it. What comes unasked under a customer's reference, or to its account number, is
its own as well.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from bezant.api.context import Context
from bezant.api.params import Amount, Currency, Params
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.flows import cash_balance as flow
from bezant.kernel.codec import from_base62
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.ids import RANDOM_BITS
from bezant.kernel.money import Money
from bezant.movement import instruct
from bezant.movement.engine import engine_of
from bezant.movement.movement import Movement
from bezant.movement.order import order_of
from bezant.movement.profile import BankProfile
from bezant.rail import BicAccount, GbAccount, IbanAccount, Party
from bezant.resources.core.cash_transaction import (
    BankTransfer,
    BankTransferType,
    Cash,
    CashBalanceTransaction,
    EuBankTransfer,
    Funded,
    GbBankTransfer,
    JpBankTransfer,
    UsBankTransfer,
    UsNetwork,
)
from bezant.resources.core.customer import Customer
from bezant.resources.payments.cash_instructions import TYPES, addresses, country_of, place_of
from bezant.resources.payments.cash_paying import reconcile
from bezant.resources.payments.method_option_params import EuBankTransfer as EuCountry
from bezant.resources.payments.returning import note_sender, sender_of

FUND = "/v1/test_helpers/customers/{customer}/fund_cash_balance"
INSTRUCTIONS = "/v1/customers/{customer}/funding_instructions"
RAIL = "wire"
_KINDS: Mapping[str, BankTransferType] = {
    "usd": "us_bank_transfer",
    "eur": "eu_bank_transfer",
    "gbp": "gb_bank_transfer",
    "jpy": "jp_bank_transfer",
}
_NETWORKS: Mapping[str, UsNetwork] = {
    "ach": "ach",
    "fednow": "fednow",
    "rtp": "rtp",
    "swift": "swift",
}
"""What rails are called in the United States; all others are wires."""


class FundingInstructions(Identified, tag="funding_instructions"):
    """Named for its permission only: the answer has no id and is made from the customer."""


class FundCashBalance(Params):
    """How much a customer is to send, and what it writes on it."""

    amount: Amount
    currency: Currency
    reference: Annotated[str, Meta(min_length=1, max_length=140)] | None = None


class InstructedTransfer(Params):
    """By what kind of bank transfer a customer is to send money."""

    eu_bank_transfer: EuCountry | None = None
    requested_address_types: list[Literal["iban", "sort_code", "spei", "zengin"]] | None = None
    type: Literal[
        "eu_bank_transfer",
        "gb_bank_transfer",
        "jp_bank_transfer",
        "mx_bank_transfer",
        "us_bank_transfer",
    ]


class CreateFundingInstructions(Params):
    """In what currency a customer is to send money, and how."""

    bank_transfer: InstructedTransfer
    currency: Currency
    funding_type: Literal["bank_transfer"]


routes = Routes(CashBalanceTransaction, FUND, prefix="ccsbtxn", listed=False, retrieved=False)
instructions = Routes(FundingInstructions, INSTRUCTIONS, listed=False, retrieved=False)


@routes.post(FUND)
async def fund_cash_balance(
    ctx: Context, customer: Customer, params: FundCashBalance
) -> CashBalanceTransaction:
    """Let a customer send money, in test mode; the simulated bank receives it."""
    bank = _bank(ctx, params.currency)
    name = ctx.new_id("ccsbtxn")
    written = _reference(name)
    made = await _fund(
        ctx,
        customer,
        Money(params.amount, params.currency),
        name,
        params.reference or written,
    )
    await note_sender(ctx, customer, params.currency, None)
    instruct.expect(ctx, made, made.money, rail=RAIL, bank=bank, reference=written)
    return made


@instructions.post(INSTRUCTIONS, returns=None)
async def create(
    ctx: Context, customer: Customer, params: CreateFundingInstructions
) -> dict[str, Any]:
    """Say where a customer can send money; it is the same each time."""
    wanted = params.bank_transfer.type
    if wanted != TYPES.get(params.currency):
        raise InvalidRequest(
            f"Bank transfers of {params.currency} are of the type "
            f"{TYPES.get(params.currency, 'none: send another currency')}.",
            param="bank_transfer[type]",
        )
    if wanted == "eu_bank_transfer" and params.bank_transfer.eu_bank_transfer is None:
        raise InvalidRequest(
            "Say in which country the account is to be: send `bank_transfer[eu_bank_transfer]"
            "[country]`.",
            code="parameter_missing",
            param="bank_transfer[eu_bank_transfer]",
        )
    place = await place_of(ctx, customer, params.currency)
    return {
        "object": "funding_instructions",
        "bank_transfer": {
            "country": country_of(place),
            "financial_addresses": addresses(place, params.bank_transfer.requested_address_types),
            "type": wanted,
        },
        "currency": params.currency,
        "funding_type": "bank_transfer",
        "livemode": ctx.livemode,
    }


async def came_for(
    ctx: Context, customer: Customer, received: Movement, bank: BankProfile
) -> Movement:
    """Note that money which has come unasked is a customer's; returns what expects it now."""
    name = ctx.new_id("ccsbtxn")
    hidden = ctx.hidden(received)
    words = order_of(hidden).remittance if "order" in hidden else ""
    made = await _fund(
        ctx,
        customer,
        received.money,
        name,
        words or received.reference,
        received.rail,
        sender_of(ctx, received),
    )
    await note_sender(ctx, customer, received.currency, received)
    written = _reference(name)
    return instruct.expect(ctx, made, made.money, rail=RAIL, bank=bank, reference=written)


def takes(currency: str) -> bool:
    """Tell whether customers can have a currency on their cash balances."""
    return currency in _KINDS


async def _fund(
    ctx: Context,
    customer: Customer,
    money: Money,
    name: str,
    reference: str | None,
    rail: str = RAIL,
    sender: Party | None = None,
) -> CashBalanceTransaction:
    cash = await Cash.of(ctx, customer)
    kind = _KINDS[money.currency]
    told: dict[str, Any] = {kind: _details(kind, rail, sender)}
    made = cash.change(
        "funded",
        money.amount,
        money.currency,
        name=name,
        funded=Funded(BankTransfer(reference=reference, type=kind, **told)),
    )
    entry = flow.funded(money, book=ctx.book, rail=RAIL, name=customer.id)
    ctx.post(entry, source=made.id)
    await reconcile(ctx, cash, money.currency, reference)
    return made


def _details(kind: BankTransferType, rail: str, sender: Party | None) -> Struct:
    """Return by which network money came, and from which account, as far as the bank has told."""
    name = sender.name or None if sender else None
    account = sender.account if sender else None
    if kind == "us_bank_transfer":
        return UsBankTransfer(_NETWORKS.get(rail, "domestic_wire_us"), name)
    if kind == "jp_bank_transfer":
        bank = account.bic if isinstance(account, BicAccount) else None
        return JpBankTransfer(sender_bank=bank, sender_name=name)
    if kind == "gb_bank_transfer":
        if isinstance(account, GbAccount):
            return GbBankTransfer(account.account_number[-4:], name, account.sort_code)
        return GbBankTransfer(sender_name=name)
    if isinstance(account, IbanAccount):
        return EuBankTransfer(account.bic, account.iban[-4:], name)
    return EuBankTransfer(sender_name=name)


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


def _reference(name: str) -> str:
    """Return what stands on the wire, out of an id's random bits."""
    bits = from_base62(name.rpartition("_")[2]) & (1 << RANDOM_BITS) - 1
    return f"CB{bits & (1 << 48) - 1:012X}"
