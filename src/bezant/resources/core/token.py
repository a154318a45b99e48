"""Tokens: sensitive data that was sent once, to be used once, by whoever knows the token's id."""

from typing import Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from bezant.api.context import Context, created_of
from bezant.api.resource import Expands, Resource
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.bank_accounts import BankAccount, BankAccountParams

TokenType = Literal["account", "bank_account", "pii"]
PREFIXES: dict[TokenType, str] = {"account": "ct", "bank_account": "btok", "pii": "pii"}


class Token(Resource, tag="token"):
    """A token; what it stands for is hidden."""

    expands: ClassVar[Expands] = {
        "bank_account.account": ("account",),
        "bank_account.customer": ("customer",),
    }

    bank_account: BankAccount | UnsetType = UNSET
    client_ip: None = None
    type: TokenType
    used: bool = False


def token_of(
    ctx: Context,
    kind: TokenType,
    data: dict[str, Any],
    bank_account: BankAccount | UnsetType = UNSET,
) -> Token:
    """Store a token that stands for plain data."""
    name = ctx.new_id(PREFIXES[kind])
    token = Token(
        id=name,
        bank_account=bank_account,
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
