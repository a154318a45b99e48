"""Bank accounts that money is paid out to: checked, shown by their last digits, one a default.

They are in the book of the account that they belong to.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Struct

from bezant.api.context import Context
from bezant.api.params import Currency, Params
from bezant.api.refusals import missing
from bezant.api.resource import Expands, Identified
from bezant.kernel.codec import BASE62, base62, sha256
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.book import Book
from bezant.rail import Party, UsAccount
from bezant.rail.identifiers import is_routing_number
from bezant.resources.core.refused import refused

HolderType = Literal["company", "individual"]

TEST_ROUTING_NUMBER = "110000000"
TEST_ACCOUNTS: Mapping[str, str] = {
    "btok_us": "000123456789",
    "btok_us_verified": "000123456789",
    "btok_us_verified_noAccount": "000111111116",
    "btok_us_verified_accountClosed": "000111111113",
    "btok_us_verified_insufficientFunds": "000222222227",
    "btok_us_verified_debitNotAuthorized": "000333333335",
    "btok_us_verified_invalidCurrency": "000444444440",
}
"""Account numbers behind the tokens of test mode; all are at the bank of `TEST_ROUTING_NUMBER`."""

BANK_NAMES: Mapping[str, str] = {TEST_ROUTING_NUMBER: "TEST BANK", "091000019": "SANDBOX BANK"}
_FINGERPRINT_LENGTH = 16
_KINDS_OF_CODE: Mapping[str, Literal["checking", "savings"]] = {"2": "checking", "3": "savings"}
"""Kinds of account by the first digit of an ACH transaction code."""
_NO_CARDS = "Debit cards can't be paid out to: add a bank account instead."


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
    """A bank account in the United States; its full number is hidden."""

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
    routing_number: str
    status: Literal["new", "verified", "errored"] = "new"

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
    _check_kind(given, param)
    routing, number = numbers_of(given, param)
    bank_account = BankAccount(
        id=ctx.new_id("ba", book),
        account=account,
        account_holder_name=given.account_holder_name,
        account_holder_type=given.account_holder_type,
        account_type=given.account_type,
        bank_name=BANK_NAMES.get(routing),
        country="US",
        currency="usd",
        default_for_currency=False,
        fingerprint=fingerprint(ctx, routing, number),
        last4=number[-4:],
        metadata={},
        routing_number=routing,
        status=status,
    )
    return bank_account, {"account_number": number}


def numbers_of(given: BankAccountParams, param: str) -> tuple[str, str]:
    """Return the routing number and the account number, without spaces and hyphens.

    Raises InvalidRequest for numbers that no bank account in the United States has.
    """
    return _routing_number(given, param), _account_number(given, param)


def fingerprint(ctx: Context, *numbers: str) -> str:
    """Return what all appearances of one bank account on a platform have in common."""
    digest = int.from_bytes(sha256(ctx.caller.platform, *numbers))
    return base62(digest % len(BASE62) ** _FINGERPRINT_LENGTH, _FINGERPRINT_LENGTH)


def party(ctx: Context, bank_account: BankAccount) -> Party:
    """Return whoever is paid when a payout goes to a bank account."""
    return Party(
        name=bank_account.account_holder_name
        or f"ACCOUNT {(bank_account.account or bank_account.id)[-8:]}",
        account=UsAccount(
            bank_account.routing_number,
            ctx.hidden(bank_account)["account_number"],
            bank_account.account_type or "checking",
        ),
        holder=bank_account.account_holder_type or "individual",
    )


async def default_for(ctx: Context, currency: str, book: Book | None = None) -> BankAccount | None:
    """Return the bank account that payouts in a currency go to, of the acting account or a book."""
    return await ctx.newest(BankAccount, {"currency": currency, "type": "default"}, book=book)


def corrected(
    ctx: Context, bank_account: BankAccount, details: Mapping[str, str]
) -> tuple[str, ...]:
    """Correct a bank account by what a bank has told; returns the names of what has changed.

    Numbers that no bank account has are not taken over.
    """
    hidden = ctx.hidden(bank_account)
    routing = details.get("routing_number", bank_account.routing_number)
    number = _without_marks(details.get("account_number", hidden["account_number"]))
    kind = _KINDS_OF_CODE.get(details.get("transaction_code", "")[:1], bank_account.account_type)
    name = details.get("name", bank_account.account_holder_name)
    if not is_routing_number(routing) or not _is_account_number(number):
        return ()
    before = (
        bank_account.routing_number,
        hidden["account_number"],
        bank_account.account_type,
        bank_account.account_holder_name,
    )
    names = ("routing_number", "account_number", "account_type", "account_holder_name")
    after = (routing, number, kind, name)
    changed = tuple(each for each, old, new in zip(names, before, after, strict=True) if old != new)
    if changed:
        ctx.save(
            bank_account,
            event="account.external_account.updated",
            hidden={**hidden, "account_number": number},
            routing_number=routing,
            account_type=kind,
            account_holder_name=name,
            bank_name=BANK_NAMES.get(routing),
            fingerprint=fingerprint(ctx, routing, number),
            last4=number[-4:],
        )
    return changed


def _of_token(ctx: Context, token: str, param: str) -> BankAccountParams:
    if token.startswith("tok_"):
        raise InvalidRequest(_NO_CARDS, code="external_account_unsupported", param=param)
    if ctx.livemode or token not in TEST_ACCOUNTS:
        raise InvalidRequest(f"No such token: '{token[:64]}'", code="resource_missing", param=param)
    return BankAccountParams(
        object="bank_account",
        account_number=TEST_ACCOUNTS[token],
        country="US",
        routing_number=TEST_ROUTING_NUMBER,
    )


def _check_kind(given: BankAccountParams, param: str) -> None:
    if given.object == "card":
        raise InvalidRequest(_NO_CARDS, code="external_account_unsupported", param=param)
    country, currency = given.country, given.currency or "usd"
    if country is None:
        raise missing(f"{param}[country]")
    if country.upper() != "US" or currency != "usd":
        raise InvalidRequest(
            f"Bank accounts are taken in the US and in usd, not in {country[:8]} and {currency}.",
            code="external_account_unsupported",
            param=f"{param}[country]",
        )


def _routing_number(given: BankAccountParams, param: str) -> str:
    number = _without_marks(given.routing_number)
    if not is_routing_number(number):
        raise InvalidRequest(
            "The routing number must be nine digits of which the last one checks the others.",
            code="routing_number_invalid",
            param=f"{param}[routing_number]",
        )
    return number


def _account_number(given: BankAccountParams, param: str) -> str:
    if given.account_number is None:
        raise missing(f"{param}[account_number]")
    number = _without_marks(given.account_number)
    if not _is_account_number(number):
        raise InvalidRequest(
            "The account number must be 4 to 17 digits.",
            code="account_number_invalid",
            param=f"{param}[account_number]",
        )
    return number


def _is_account_number(number: str) -> bool:
    return number.isascii() and number.isdigit() and 4 <= len(number) <= 17


def _without_marks(number: str | None) -> str:
    return (number or "").replace("-", "").replace(" ", "")
