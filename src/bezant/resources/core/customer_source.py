"""Sources: a customer's cards as they were kept before payment methods, made of tokens.

Each is a payment method as well, under an id of its own, so that both pay alike.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.refusals import invalid
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core import card as cards
from bezant.resources.core.address import Address
from bezant.resources.core.card_object import Card, card_object
from bezant.resources.core.customer import Customer
from bezant.resources.core.payment_method import (
    SOURCE,
    BillingDetails,
    PaymentMethod,
    attach,
    attach_checked,
    detach,
    forget_default,
    made,
)
from bezant.resources.core.token import PREFIXES, card_of_token, told_with_token

METHOD = "method"
"""Where a source's hidden part has the id of its payment method."""
_ADDRESS = {
    "address_city": "city",
    "address_country": "country",
    "address_line1": "line1",
    "address_line2": "line2",
    "address_state": "state",
    "address_zip": "postal_code",
}


async def add(
    ctx: Context,
    customer: Customer,
    token: str,
    param: str,
    *,
    metadata: Mapping[str, str] = {},
    validate: bool = True,
) -> Card:
    """Keep the card of a token as a customer's source; the token is used up.

    Raises CardError if the issuer does not want it to be used, InvalidRequest for another token.
    """
    if not token.startswith(f"{PREFIXES['card']}_"):
        raise invalid(
            "Only tokens of cards become sources. Make a PaymentMethod of anything else, and "
            "attach it to the customer.",
            param,
        )
    shown = await told_with_token(ctx, token)
    kept = await card_of_token(ctx, token, param)
    name = shown.id if shown is not None else ctx.new_id("card")
    method = made(
        ctx,
        "card",
        cards.shown(kept),
        cards.hidden_of(kept) | {SOURCE: name},
        name=f"pm_{name.rpartition('_')[2]}",
        billing_details=billing_told(shown),
        metadata=dict(metadata),
    )
    if validate:
        method = await attach_checked(ctx, method, customer.id, customer.customer_account)
    else:
        method = attach(ctx, method, customer.id, customer.customer_account)
    return ctx.create(
        source_shown(method, name), hidden={METHOD: method.id}, event="customer.source.created"
    )


async def source_of(ctx: Context, customer: Customer, name: str, param: str) -> Card:
    """Return a source of a customer; InvalidRequest if it has none of that id."""
    card = await ctx.find(Card, name)
    if card is None or ctx.current(card).customer != customer.id:
        raise InvalidRequest(
            f"Customer {customer.id} does not have a linked source with ID {name[:64]}.",
            code="missing",
            param=param,
        )
    return card


def follow(ctx: Context, card: Card, method: PaymentMethod) -> Card:
    """Let a source show what has changed of its payment method."""
    now = source_shown(method, card.id)
    changes = {name: getattr(now, name) for name in now.__struct_fields__}
    return ctx.save(card, event="customer.source.updated", **changes)


def source_shown(method: PaymentMethod, name: str) -> Card:
    """Return a payment method as the card that it is under an id."""
    assert isinstance(method.card, dict), f"{method.id} is a card"
    billing = method.billing_details
    told = {field: getattr(billing.address, name) for field, name in _ADDRESS.items()}
    told |= {"metadata": dict(method.metadata), "name": billing.name}
    return card_object(name, method.card, told | {"customer": method.customer or UNSET})


async def drop(ctx: Context, customer: str, card: Card) -> None:
    """Let a source and its payment method go; the newest other one becomes the default."""
    method = await ctx.load(PaymentMethod, ctx.hidden(card)[METHOD])
    await forget_default(ctx, customer, method)
    await detach(ctx, method)


def billing_told(card: Card | None) -> BillingDetails:
    """Return who pays, as far as was told with the token of a card."""
    if card is None:
        return BillingDetails()
    address = {name: getattr(card, field) for field, name in _ADDRESS.items()}
    return BillingDetails(address=Address(**address), name=card.name)


def billing_with(before: BillingDetails, sent: dict[str, Any]) -> BillingDetails:
    """Return billing details with what is sent of a source's name and address."""
    address = {name: sent[field] for field, name in _ADDRESS.items() if field in sent}
    name = sent.get("name", before.name)
    return replace(before, address=replace(before.address, **address), name=name)
