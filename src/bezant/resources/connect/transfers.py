"""Transfers: money from an account's balance to that of another account on the platform."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Struct, field

from bezant.api.context import Context, created_of
from bezant.api.params import Amount, Currency, Metadata, Params, merged
from bezant.api.resource import Expands, Identified, Resource
from bezant.api.routes import Routes
from bezant.flows import transfer as flow
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book, book_of
from bezant.resources.core.balance_transactions import record
from bezant.resources.core.owners import Owner
from bezant.resources.core.refused import refused
from bezant.resources.payments.charge import receive

SHOWN = 10
"""How many reversals a transfer shows; the list of reversals has all."""


class TransferReversal(Identified, tag="transfer_reversal"):
    """All or a part of a transfer, taken back; in minor units."""

    expands: ClassVar[Expands] = {
        "balance_transaction": ("balance_transaction",),
        "destination_payment_refund": ("refund",),
        "source_refund": ("refund",),
        "transfer": ("transfer",),
    }

    amount: int
    balance_transaction: str
    created: int
    currency: str
    destination_payment_refund: str
    metadata: dict[str, str]
    source_refund: None = None
    transfer: str


class Reversals(Struct, kw_only=True):
    """The latest reversals of a transfer."""

    object: Literal["list"] = "list"
    data: list[TransferReversal] = field(default_factory=list[TransferReversal])
    has_more: bool = False
    url: str


class Transfer(Resource, tag="transfer"):
    """Money that has moved to another account, in minor units."""

    expands: ClassVar[Expands] = {
        "balance_transaction": ("balance_transaction",),
        "destination": ("account",),
        "destination_payment": ("charge",),
        "reversals.data.balance_transaction": ("balance_transaction",),
        "reversals.data.destination_payment_refund": ("refund",),
        "reversals.data.source_refund": ("refund",),
        "reversals.data.transfer": ("transfer",),
        "source_transaction": ("charge",),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "destination_payment": "destination",
        "reversals.data.destination_payment_refund": "destination",
    }

    amount: int
    amount_reversed: int = 0
    balance_transaction: str
    currency: str
    description: str | None = None
    destination: str
    destination_payment: str
    metadata: dict[str, str]
    reversals: Reversals
    reversed: bool = False
    source_transaction: None = None
    source_type: Literal["card"] = "card"
    transfer_group: str | None

    @property
    def left(self) -> Money:
        """What has not been taken back of it."""
        return Money(self.amount - self.amount_reversed, self.currency)


class CreateTransfer(Params):
    """What a transfer is made of."""

    amount: Amount
    currency: Currency
    destination: str
    description: str | None = None
    metadata: Metadata | None = None
    source_transaction: (
        Annotated[
            str,
            refused(
                "Transfers out of a single charge are not offered: leave `source_transaction` out "
                "to transfer from the available balance."
            ),
        ]
        | None
    ) = None
    source_type: Literal["card", "bank_account", "fpx"] | None = None
    transfer_group: str | None = None


class UpdateTransfer(Params):
    """What of a transfer can be changed."""

    description: str | None = None
    metadata: Metadata | None = None


routes = Routes(
    Transfer,
    "/v1/transfers",
    prefix="tr",
    filters={"destination": "destination", "transfer_group": "group"},
)


@routes.create
async def create(ctx: Context, params: CreateTransfer) -> Transfer:
    """Move available money; it is available on the other side at once."""
    if params.source_type not in (None, "card"):
        raise InvalidRequest(
            "The whole balance is of the source type `card`; leave `source_type` out.",
            param="source_type",
        )
    book = await _destination(ctx, params.destination)
    amount = Money(params.amount, params.currency)
    name = ctx.new_id("tr")
    leaves, arrives = flow.created(amount, source=ctx.book, destination=book)
    ctx.post(leaves, source=name)
    ctx.post(arrives, source=name)
    transaction = record(ctx, "transfer", -amount, source=name, description=params.description)
    transfer = Transfer(
        id=name,
        amount=params.amount,
        balance_transaction=transaction.id,
        created=created_of(name),
        currency=params.currency,
        description=params.description,
        destination=params.destination,
        destination_payment=receive(ctx, amount, transfer=name, book=book).id,
        livemode=ctx.livemode,
        metadata=merged({}, params.metadata),
        reversals=Reversals(url=f"/v1/transfers/{name}/reversals"),
        transfer_group=params.transfer_group,
    )
    return ctx.create(transfer, event="transfer.created")


@routes.update
async def update(ctx: Context, transfer: Transfer, params: UpdateTransfer) -> Transfer:
    """Change the description and the metadata."""
    metadata = merged(transfer.metadata, params.metadata)
    return ctx.save(transfer, metadata=metadata, event="transfer.updated", **params.changes())


async def _destination(ctx: Context, account: str) -> Book:
    """Return the book of an account that may receive transfers from the acting one."""
    book = book_of(account, ctx.livemode)
    if account == ctx.account:
        raise InvalidRequest(
            "The destination of a transfer can't be the account that makes it.",
            param="destination",
        )
    if account == ctx.caller.platform:
        return book
    owner = None
    if not ctx.caller.connected:
        owner = await ctx.find(Owner, account, book=ctx.platform_book)
    if owner is None:
        raise InvalidRequest(
            f"No such destination: '{account[:64]}'", code="resource_missing", param="destination"
        )
    _check_capability(owner.capabilities)
    return book


def _check_capability(capabilities: Mapping[str, str]) -> None:
    if "active" not in (capabilities.get("transfers"), capabilities.get("legacy_payments")):
        raise InvalidRequest(
            "Your destination account needs to have at least one of the following capabilities "
            "enabled: transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
