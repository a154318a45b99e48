"""Bank accounts that money is paid out to: checked, shown by their last digits, one a default.

They are in the book of the account that they belong to. Only what some bank and rail of the mode
reaches is taken.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from msgspec import Struct
from msgspec.json import decode

from bezant.api.context import Context
from bezant.api.params import Currency, Params
from bezant.api.refusals import missing, no_such
from bezant.api.resource import Expands, Identified
from bezant.kernel.codec import BASE62, base62, sha256
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.book import Book
from bezant.movement.engine import engine_of
from bezant.movement.reach import Reach, Target, currencies, reach, shapes
from bezant.rail import Address, Party
from bezant.resources.core import bank_numbers
from bezant.resources.core.bank_numbers import Numbers, Written
from bezant.resources.core.country_specs import currency_of
from bezant.resources.core.refused import refused
from bezant.store.objects import Page

HolderType = Literal["company", "individual"]

TEST_ACCOUNTS: Mapping[str, str] = {
    "btok_us": "000123456789",
    "btok_us_verified": "000123456789",
    "btok_us_verified_noAccount": "000111111116",
    "btok_us_verified_accountClosed": "000111111113",
    "btok_us_verified_insufficientFunds": "000222222227",
    "btok_us_verified_debitNotAuthorized": "000333333335",
    "btok_us_verified_invalidCurrency": "000444444440",
}
"""Account numbers behind the tokens of test mode; all are in the United States, at the bank of
`bank_numbers.TEST_ROUTING_NUMBER`."""

_FINGERPRINT_LENGTH = 16
_SHOWN = 100
"""How many bank accounts of a currency anybody could want to see at once."""
_KINDS_OF_CODE: Mapping[str, Literal["checking", "savings"]] = {"2": "checking", "3": "savings"}
"""Kinds of account by the first digit of an ACH transaction code."""
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_NO_CARDS = "Debit cards can't be paid out to: add a bank account instead."


SHOW_JOB = "account.show_banks"
"""The job that lets an account show what a bank has said of its bank accounts."""


class BankAccountParams(Params):
    """A bank account by its numbers; the card's parameters are known, to be refused plainly."""

    object: Literal["bank_account", "card"]
    account_holder_name: str | None = None
    account_holder_type: HolderType | None = None
    account_number: str | None = None
    account_type: Literal["checking", "savings"] | None = None
    country: str | None = None
    currency: Currency | None = None
    routing_number: str | None = None
    cvc: Annotated[str, refused(_NO_CARDS)] | None = None
    exp_month: Annotated[str, refused(_NO_CARDS)] | None = None
    exp_year: Annotated[str, refused(_NO_CARDS)] | None = None
    number: Annotated[str, refused(_NO_CARDS)] | None = None
    token: Annotated[str, refused(_NO_CARDS)] | None = None


class Requirements(Struct, frozen=True):
    """What is still to be said about a bank account: nothing."""

    currently_due: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    past_due: tuple[str, ...] = ()
    pending_verification: tuple[str, ...] = ()


class BankAccount(Identified, tag="bank_account"):
    """A bank account; its full number is hidden."""

    expands: ClassVar[Expands] = {"account": ("account",), "customer": ("customer",)}
    filters: ClassVar[Mapping[str, str]] = {"currency": "currency", "role": "type"}

    account: str | None
    account_holder_name: str | None = None
    account_holder_type: HolderType | None = None
    account_type: Literal["checking", "savings"] | None = None
    available_payout_methods: tuple[str, ...] = ("standard",)
    bank_name: str | None = None
    country: str
    currency: str
    customer: None = None
    default_for_currency: bool
    fingerprint: str
    future_requirements: Requirements = Requirements()
    last4: str
    metadata: dict[str, str]
    requirements: Requirements = Requirements()
    routing_number: str | None
    status: Literal["new", "validated", "verified", "verification_failed", "errored"] = "new"

    @classmethod
    def title(cls) -> str:
        """Return what messages call it, bank account or card."""
        return "external account"

    @property
    def role(self) -> str:
        """Whether payouts in its currency go to it when they name no destination."""
        return "default" if self.default_for_currency else "other"


def bank_account_of(
    ctx: Context, given: str | BankAccountParams, account: str | None, book: Book, param: str
) -> tuple[BankAccount, dict[str, Any]]:
    """Return a bank account, not yet a default, and what is to be hidden of it.

    Raises InvalidRequest for an unknown token and for numbers that no bank account has.
    """
    status = "new"
    if isinstance(given, str):
        status = "new" if given == "btok_us" else "verified"
        given = _of_token(ctx, given, param)
    place = _place(ctx, given, param)
    numbers = bank_numbers.read(_written(given, place, param))
    found = _reach(ctx, numbers, place, param)
    bank_account = BankAccount(
        id=ctx.new_id("ba", book),
        account=account,
        account_holder_name=given.account_holder_name,
        account_holder_type=given.account_holder_type,
        account_type=given.account_type,
        available_payout_methods=found.methods,
        bank_name=numbers.bank_name,
        country=place.country,
        currency=place.currency,
        default_for_currency=False,
        fingerprint=_mark(ctx, numbers),
        last4=numbers.number[-4:],
        metadata={},
        routing_number=numbers.routing,
        status=status,
    )
    return bank_account, {"account_number": numbers.number}


def fingerprint(ctx: Context, *numbers: str) -> str:
    """Return what all appearances of one bank account on a platform have in common."""
    digest = int.from_bytes(sha256(ctx.caller.platform, *numbers))
    return base62(digest % len(BASE62) ** _FINGERPRINT_LENGTH, _FINGERPRINT_LENGTH)


def party(ctx: Context, bank_account: BankAccount, address: Address | None) -> Party:
    """Return whoever is paid when a payout goes to a bank account."""
    number = ctx.hidden(bank_account)["account_number"]
    return Party(
        name=bank_account.account_holder_name
        or f"ACCOUNT {(bank_account.account or bank_account.id)[-8:]}",
        account=bank_numbers.read(_stored(bank_account, number)).account,
        holder=bank_account.account_holder_type or "individual",
        address=address,
    )


async def default_for(ctx: Context, currency: str, book: Book | None = None) -> BankAccount | None:
    """Return the bank account that payouts in a currency go to, of the acting account or a book."""
    return await ctx.newest(BankAccount, {"currency": currency, "type": "default"}, book=book)


async def all_in(ctx: Context, currency: str) -> Sequence[BankAccount]:
    """Return the acting account's bank accounts in a currency, the newest first."""
    ask = Page(limit=_SHOWN, filters={"currency": currency})
    bodies, _ = await ctx.page(BankAccount, ask)
    names = [decode(body, type=_Named).id for body in bodies]
    found = await ctx.load_many(BankAccount, names)
    return [found[name] for name in names if name in found]


def show_again(ctx: Context, bank_account: BankAccount) -> None:
    """Let the account that a bank account belongs to show it as it is now."""
    if bank_account.account is not None:
        asked = {"platform": ctx.caller.platform, "account": bank_account.account,
                 "livemode": ctx.livemode}  # fmt: skip
        ctx.enqueue(SHOW_JOB, asked)


def corrected(
    ctx: Context, bank_account: BankAccount, details: Mapping[str, str]
) -> tuple[str, ...]:
    """Correct a bank account by what a bank has told; returns the names of what has changed.

    Numbers that no bank account has are not taken over.
    """
    hidden = ctx.hidden(bank_account)
    before = _stored(bank_account, hidden["account_number"])
    routing = details.get("routing_number") or details.get("sort_code")
    number = details.get("iban") or details.get("account_number")
    told = before._replace(
        routing_number=routing or before.routing_number,
        account_number=number or before.account_number,
        kind=_KINDS_OF_CODE.get(details.get("transaction_code", "")[:1], before.kind),
    )
    name = details.get("name", bank_account.account_holder_name)
    try:
        numbers = bank_numbers.read(told)
    except InvalidRequest:
        return ()
    shown: dict[str, Any] = {
        "routing_number": numbers.routing,
        "account_type": told.kind,
        "account_holder_name": name,
    }
    changed = [each for each, value in shown.items() if getattr(bank_account, each) != value]
    if numbers.number != before.account_number:
        changed.append("account_number")
    if changed:
        ctx.save(
            bank_account,
            event="account.external_account.updated",
            status="new" if bank_account.status == "errored" else bank_account.status,
            hidden={**hidden, "account_number": numbers.number},
            bank_name=numbers.bank_name,
            fingerprint=_mark(ctx, numbers),
            last4=numbers.number[-4:],
            **shown,
        )
        show_again(ctx, bank_account)
    return tuple(changed)


def _of_token(ctx: Context, token: str, param: str) -> BankAccountParams:
    if token.startswith("tok_"):
        raise InvalidRequest(_NO_CARDS, code="external_account_unsupported", param=param)
    if ctx.livemode or token not in TEST_ACCOUNTS:
        raise no_such("token", token, param)
    return BankAccountParams(
        object="bank_account",
        account_number=TEST_ACCOUNTS[token],
        country="US",
        currency="usd",
        routing_number=bank_numbers.TEST_ROUTING_NUMBER,
    )


class _Named(Struct):
    id: str


class _Place(NamedTuple):
    country: str
    currency: str


def _place(ctx: Context, given: BankAccountParams, param: str) -> _Place:
    """Return where an account is and in what it is paid; InvalidRequest where no rail leads."""
    if given.object == "card":
        raise InvalidRequest(_NO_CARDS, code="external_account_unsupported", param=param)
    if given.country is None:
        raise missing(f"{param}[country]")
    country = given.country.upper()
    if not _COUNTRY.fullmatch(country):
        raise _unsupported("The country must be two letters, such as DE.", f"{param}[country]")
    currency = given.currency or currency_of(country)
    if currency is None:
        raise missing(f"{param}[currency]")
    banks = engine_of(ctx).banks
    held = currencies(banks, livemode=ctx.livemode)
    if not held:
        raise InvalidRequest(
            "No bank is connected to live mode, so nothing could be paid out: add a bank profile "
            "first.",
            code="bank_not_connected",
            param=param,
        )
    if currency not in held:
        raise _unsupported(
            f"No bank that is connected pays out in {currency}: bank accounts are taken in "
            f"{', '.join(held)}.",
            f"{param}[currency]",
        )
    if bank_numbers.shape_of(country, currency) not in shapes(
        banks, currency, livemode=ctx.livemode
    ):
        raise _unsupported(
            f"No rail that is connected reaches bank accounts in {country} in {currency}.",
            f"{param}[country]",
        )
    return _Place(country, currency)


def _reach(ctx: Context, numbers: Numbers, place: _Place, param: str) -> Reach:
    target = Target(numbers.account, *place, livemode=ctx.livemode)
    found = reach(engine_of(ctx).banks, target, ctx.now())
    if not found.methods:
        raise _unsupported(
            f"No rail that is connected reaches this bank account in {place.currency}: "
            f"{'; '.join(found.objections)}.",
            param,
        )
    return found


def _unsupported(message: str, param: str) -> InvalidRequest:
    return InvalidRequest(message, code="external_account_unsupported", param=param)


def _written(given: BankAccountParams, place: _Place, param: str) -> Written:
    return Written(*place, given.routing_number, given.account_number, given.account_type, param)


def _stored(bank_account: BankAccount, number: str) -> Written:
    return Written(
        bank_account.country,
        bank_account.currency,
        bank_account.routing_number,
        number,
        bank_account.account_type,
        "destination",
    )


def _mark(ctx: Context, numbers: Numbers) -> str:
    known = (numbers.routing, numbers.number)
    return fingerprint(ctx, *(each for each in known if each))
