"""Tokens of cards, bank accounts, accounts, persons and personal numbers."""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.params import Currency, Params
from bezant.api.refusals import no_such
from bezant.api.routes import Routes
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.connect import account_parts as parts
from bezant.resources.connect.person import check_papers
from bezant.resources.connect.person_params import Human, Individual, PersonData
from bezant.resources.core.address import Text
from bezant.resources.core.bank_accounts import BankAccountParams, HolderType, bank_account_of
from bezant.resources.core.card import kept, shown
from bezant.resources.core.card_number import typed
from bezant.resources.core.card_object import card_object
from bezant.resources.core.refused import refused
from bezant.resources.core.token import PREFIXES, Token, redeemed, token_of

_NO_STORED = refused("Cards that are stored are not shared by tokens: send the card itself.")
_NO_NETWORKS = refused("Choose the network with the payment method.")
_NO_CODES = refused("Security codes are never kept: send the code together with its card.")
_NO_METHODS = refused("Send the bank account's numbers themselves.")
_NO_CUSTOMERS = refused("Tokens of what a customer has stored are not offered.")
_ACCEPTED = "accepted"
H = TypeVar("H", bound=Human)


class BankAccountData(Params):
    """A bank account by its numbers."""

    account_holder_name: str | None = None
    account_holder_type: HolderType | None = None
    account_number: str
    account_type: Literal["checking", "savings"] | None = None
    country: str
    currency: Currency | None = None
    payment_method: Annotated[str, _NO_METHODS] | None = None
    routing_number: str | None = None


class AccountData(Params):
    """What an account is made of."""

    business_type: Literal["company", "government_entity", "individual", "non_profit"] | None = None
    company: parts.Company | None = None
    individual: Individual | None = None
    tos_shown_and_accepted: bool | None = None


class Pii(Params):
    """A number that a person is known by."""

    id_number: Annotated[str, Meta(max_length=500)]


class CvcUpdate(Params):
    """A card's security code."""

    cvc: Annotated[str, _NO_CODES]


class CardNetworks(Params):
    """Which of a card's networks is preferred."""

    preferred: Annotated[str, _NO_NETWORKS] | None = None


class CardData(Params):
    """A card by its number, and where the cardholder lives."""

    address_city: Text | None = None
    address_country: Text | None = None
    address_line1: Text | None = None
    address_line2: Text | None = None
    address_state: Text | None = None
    address_zip: Text | None = None
    currency: Currency | None = None
    cvc: str | None = None
    exp_month: str
    exp_year: str
    name: Text | None = None
    networks: CardNetworks | None = None
    number: str


class CreateToken(Params):
    """What a token is to stand for: one of these."""

    account: AccountData | None = None
    bank_account: BankAccountData | None = None
    card: Annotated[str, _NO_STORED] | CardData | None = None
    customer: Annotated[str, _NO_CUSTOMERS] | None = None
    cvc_update: CvcUpdate | None = None
    person: PersonData | None = None
    pii: Pii | None = None


routes = Routes(Token, "/v1/tokens", listed=False)


@routes.post("/v1/tokens", publishable=True)
async def create(ctx: Context, params: CreateToken) -> Token:
    """Keep sensitive data for one use."""
    sent = params.changes(without=())
    if len(sent) != 1:
        raise InvalidRequest(
            "A token stands for one thing: send one of `account`, `bank_account`, `card`, `person` "
            "and `pii`."
        )
    if params.bank_account is not None:
        return _of_bank_account(ctx, params.bank_account)
    if isinstance(params.card, CardData):
        return await _of_card(ctx, params.card)
    if params.account is not None:
        for name in ("company", "individual"):
            part: Params | None = getattr(params.account, name)
            if part is not None:
                way = f"account[{name}]"
                await check_papers(ctx, parts.plain(part), way, ctx.platform_book)
        return token_of(ctx, "account", _accepted(ctx, params.account))
    if params.person is not None:
        await check_papers(ctx, parts.plain(params.person), "person", ctx.platform_book)
        return token_of(ctx, "person", msgspec.to_builtins(params.person))
    assert params.pii is not None, "everything else has been refused"
    return token_of(ctx, "pii", {"id_number": params.pii.id_number})


def _of_bank_account(ctx: Context, sent: BankAccountData) -> Token:
    given = BankAccountParams(object="bank_account", **sent.changes(without=()))
    shown, _ = bank_account_of(ctx, given, None, ctx.book, "bank_account")
    return token_of(ctx, "bank_account", msgspec.to_builtins(given), shown)


async def _of_card(ctx: Context, sent: CardData) -> Token:
    typed_in = typed(sent.number, sent.exp_month, sent.exp_year, sent.cvc, now=ctx.now(),
                     param="card")  # fmt: skip
    card = await kept(ctx, typed_in, postal_code=sent.address_zip, line1=sent.address_line1)
    secret = ("cvc", "exp_month", "exp_year", "networks", "number")
    face = card_object(ctx.new_id("card"), shown(card), sent.changes(without=secret))
    return token_of(ctx, "card", msgspec.to_builtins(card), card=face)


async def account_data(ctx: Context, name: str) -> dict[str, Any]:
    """Use an account token up and return, by parameter, what it says about the account.

    Raises InvalidRequest for a token that does not exist or was used before.
    """
    data = await redeemed(ctx, name, "account", "account_token")
    if data is None:
        raise no_such("token", name, "account_token")
    accepted = data.pop(_ACCEPTED, None)
    told = msgspec.convert(data, AccountData).changes(without=("tos_shown_and_accepted",))
    if accepted is not None:
        told["tos_acceptance"] = parts.TosAcceptance(**accepted)
    return told


def _accepted(ctx: Context, sent: AccountData) -> dict[str, Any]:
    """Return what a token stands for, with when and from where the terms were accepted."""
    data: dict[str, Any] = msgspec.to_builtins(sent)
    if sent.tos_shown_and_accepted:
        data[_ACCEPTED] = {"date": unix_seconds(ctx.now()), "ip": ctx.caller.address}
    return data


async def person_data(ctx: Context, name: str) -> dict[str, Any]:
    """Use a person token up and return, by parameter, what it says about the person.

    Raises InvalidRequest for a token that does not exist or was used before.
    """
    data = await redeemed(ctx, name, "person", "person_token")
    if data is None:
        raise no_such("token", name, "person_token")
    return msgspec.convert(data, PersonData).changes(without=())


async def opened_numbers(ctx: Context, sent: H, param: str = "individual") -> H:
    """Return what is said about a person with numbers in the place of tokens, used up now."""
    for field in ("id_number", "id_number_secondary"):
        given: str | None = getattr(sent, field)
        if given and given.startswith(f"{PREFIXES['pii']}_"):
            way = f"{param}[{field}]" if param else field
            data = await redeemed(ctx, given, "pii", way)
            if data is None:
                raise no_such("token", given, way)
            sent = replace(sent, **{field: data["id_number"]})
    return sent
