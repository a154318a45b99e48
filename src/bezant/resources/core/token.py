"""Tokens: sensitive data that was sent once, to be used once, by whoever knows the token's id."""

from typing import Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, UnsetType

from bezant.api.context import Context, created_of
from bezant.api.refusals import no_such
from bezant.api.resource import Expands, Resource
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.bank_accounts import BankAccount, BankAccountParams
from bezant.resources.core.card import CardKept, kept_of_test, test_card
from bezant.resources.core.card_object import Card

TokenType = Literal["account", "bank_account", "card", "person", "pii"]
PREFIXES: dict[TokenType, str] = {
    "account": "ct",
    "bank_account": "btok",
    "card": "tok",
    "person": "cpt",
    "pii": "pii",
}


class Token(Resource, tag="token"):
    """A token; what it stands for is hidden."""

    expands: ClassVar[Expands] = {
        "bank_account.account": ("account",),
        "bank_account.customer": ("customer",),
        "card.account": ("account",),
        "card.customer": ("customer",),
    }

    bank_account: BankAccount | UnsetType = UNSET
    card: Card | UnsetType = UNSET
    client_ip: None = None
    type: TokenType
    used: bool = False


def token_of(
    ctx: Context,
    kind: TokenType,
    data: dict[str, Any],
    bank_account: BankAccount | UnsetType = UNSET,
    card: Card | UnsetType = UNSET,
) -> Token:
    """Store a token that stands for plain data."""
    name = ctx.new_id(PREFIXES[kind])
    token = Token(
        id=name,
        bank_account=bank_account,
        card=card,
        created=created_of(name),
        livemode=ctx.livemode,
        type=kind,
    )
    return ctx.create(token, hidden=data)


async def redeemed(ctx: Context, name: str, kind: TokenType, param: str) -> dict[str, Any] | None:
    """Use a token up and return what it stands for; None if there is no such token of that type.

    Raises InvalidRequest for one that was used before.
    """
    token = await ctx.find(Token, name)
    if token is None or token.type != kind:
        return None
    if ctx.current(token).used:
        raise InvalidRequest(
            f"You cannot use a token more than once: {name}.",
            code="token_already_used",
            param=param,
        )
    data = ctx.hidden(token)
    ctx.save(token, used=True, hidden={})
    return data


async def bank_account_given(
    ctx: Context, given: str | BankAccountParams, param: str
) -> str | BankAccountParams:
    """Return a bank account as its numbers if a stored token was given for it.

    Any other text is returned as it is: one of the tokens that test mode knows, or none.
    """
    if not isinstance(given, str):
        return given
    data = await redeemed(ctx, given, "bank_account", param)
    return given if data is None else BankAccountParams(**data)


async def told_with_token(ctx: Context, name: str) -> Card | None:
    """Return what was told with a token of a card, which stays known when it is used up."""
    token = await ctx.find(Token, name)
    return None if token is None or isinstance(token.card, UnsetType) else token.card


async def card_of_token(ctx: Context, name: str, param: str) -> CardKept:
    """Return the card that a token stands for, which is used up; one of test mode's is not."""
    if card := test_card(ctx, name):
        return await kept_of_test(ctx, card)
    data = await redeemed(ctx, name, "card", param)
    if data is None:
        raise no_such("token", name, param)
    return msgspec.convert(data, CardKept)
