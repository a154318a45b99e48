"""Cash instructions: where a customer sends money, and what it writes so that it is recognised.

At a bank of the sandbox each customer has an account number of its own; at other banks all
customers pay to the operator's account, and the reference says who it was.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import field

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.kernel.codec import from_base62
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.ids import RANDOM_BITS
from bezant.movement.engine import engine_of
from bezant.movement.profile import BankProfile
from bezant.rail import Address, BicAccount, GbAccount, IbanAccount, UsAccount
from bezant.resources.core.customer import Customer

TYPES: Mapping[str, str] = {
    "eur": "eu_bank_transfer",
    "gbp": "gb_bank_transfer",
    "jpy": "jp_bank_transfer",
    "usd": "us_bank_transfer",
}
"""The kind of bank transfer that brings each currency."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LENGTH = 10
_DIGITS = {"eur": 10, "gbp": 8, "jpy": 7, "usd": 12}
"""Digits of a customer's own account number."""
_TRIES = 50


class CashReference(Identified, tag="cash_reference"):
    """Whose money comes under a reference or to an account number, which is its id.

    It is in the operator's book, where banks are heard.
    """

    account: str
    customer: str
    platform: str
    metadata: dict[str, str] = field(default_factory=dict[str, str])


class Place(NamedTuple):
    """Where a customer pays to: the bank, the account number there, and what it writes."""

    bank: BankProfile
    number: str | None
    reference: str


async def place_of(ctx: Context, customer: Customer, currency: str) -> Place:
    """Return where a customer sends a currency, the same each time; it is noted the first time.

    Raises InvalidRequest for a currency that no bank takes by bank transfer.
    """
    bank = engine_of(ctx).banks.receiving(currency, livemode=ctx.livemode)
    if bank is None or currency not in TYPES:
        raise InvalidRequest(
            f"Customers can send {', '.join(sorted(TYPES))}, if a bank that is connected holds "
            f"it: no bank takes bank transfers of {currency}.",
            code="currency_not_supported",
            param="currency",
        )
    hidden = ctx.hidden(customer)
    known: dict[str, str] = hidden.get("numbers", {})
    reference = reference_of(customer.id)
    if currency in known:
        return Place(bank, known[currency] or None, reference)
    if not known:
        await _note(ctx, customer, reference)
    number = await _number(ctx, customer, currency) if bank.simulated else ""
    if number:
        await _note(ctx, customer, number)
    kept = ctx.hidden(customer) | {"numbers": {**known, currency: number}}
    ctx.save(ctx.current(customer), hidden=kept)
    return Place(bank, number or None, reference)


def addresses(place: Place, wanted: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return the accounts of a place as the API writes them, only of the kinds that are wanted.

    Raises InvalidRequest when there are none of these.
    """
    known = _addresses(place)
    found = [each for each in known if not wanted or each["type"] in wanted]
    if not found:
        kinds = ", ".join(each["type"] for each in known)
        raise InvalidRequest(
            f"The account is told as {kinds}: ask for that, or leave `requested_address_types` "
            "out.",
            param="requested_address_types",
        )
    return found


def _addresses(place: Place) -> list[dict[str, Any]]:
    bank = place.bank
    holder = {
        "account_holder_address": _address(bank),
        "account_holder_name": bank.holder,
        "bank_address": _address(bank),
    }
    match bank.details:
        case UsAccount(routing, number, kind):
            account = {
                **holder,
                "account_number": place.number or number,
                "account_type": kind,
                "bank_name": bank.bank_name,
                "routing_number": routing,
            }
            return [_named("aba", account, ["ach", "domestic_wire_us"])]
        case IbanAccount(iban, bic):
            number = place.number or iban
            account = {**holder, "bic": bic or "", "country": number[:2], "iban": number}
            return [_named("iban", account, ["sepa"])]
        case GbAccount(sort_code, number):
            account = {
                **holder,
                "account_number": place.number or number,
                "sort_code": sort_code,
            }
            return [_named("sort_code", account, ["bacs", "fps"])]
        case BicAccount(number, bic):
            account = {
                **holder,
                "account_number": place.number or number,
                "account_type": "checking",
                "bank_name": bank.bank_name,
                "swift_code": bic,
            }
            return [_named("swift", account, ["swift"])]
        case _:
            raise InvalidRequest(
                "The account at the bank has no number that customers could pay to.",
                code="currency_not_supported",
                param="currency",
            )


def country_of(place: Place) -> str:
    """Return the country of the account that is paid to."""
    match place.bank.details:
        case IbanAccount(iban):
            return iban[:2]
        case GbAccount():
            return "GB"
        case BicAccount(country=country):
            return country
        case _:
            return "US"


def reference_of(name: str) -> str:
    """Return what somebody writes on a transfer, out of an id's random bits."""
    return "CB" + "".join(
        _ALPHABET[_random(name) >> place & 31] for place in range(0, 5 * _REFERENCE_LENGTH, 5)
    )


async def _note(ctx: Context, customer: Customer, name: str) -> None:
    if ctx.made(CashReference, name) or await ctx.find(CashReference, name, book=ctx.house):
        return
    ctx.create(
        CashReference(
            id=name, account=ctx.account, customer=customer.id, platform=ctx.caller.platform
        ),
        book=ctx.house,
    )


async def _number(ctx: Context, customer: Customer, currency: str) -> str:
    """Return an account number that no other customer has."""
    digits = _DIGITS[currency]
    first = _random(customer.id)
    for number in range(_TRIES):
        found = _written(ctx, currency, f"{(first + number) % 10 ** (digits - 1):0{digits}}")
        if await ctx.find(CashReference, found, book=ctx.house) is None:
            return found
    raise AssertionError("the numbers of a bank do not run out in a sandbox")


def _written(ctx: Context, currency: str, digits: str) -> str:
    """Return an account number as it is written; an IBAN has the bank's code and check digits."""
    if currency != "eur":
        return digits.replace("0", "7", 1) if digits[0] == "0" else digits
    bank = engine_of(ctx).banks.receiving(currency, livemode=ctx.livemode)
    assert bank is not None, "the bank has been found"
    account = f"{bank.account[4:12]}{digits}"
    country = bank.account[:2]
    turned = "".join(str(int(each, 36)) for each in f"{account}{country}00")
    return f"{country}{98 - int(turned) % 97:02}{account}"


def _named(kind: str, account: dict[str, Any], networks: list[str]) -> dict[str, Any]:
    return {kind: account, "supported_networks": networks, "type": kind}


def _address(bank: BankProfile) -> dict[str, Any]:
    known = (access.originator.address for access in bank.rails.values())
    address = next((each for each in known if each is not None), Address(""))
    line = f"{address.street} {address.building}".strip()
    return {
        "city": address.town or None,
        "country": address.country or None,
        "line1": line or None,
        "line2": None,
        "postal_code": address.postal_code or None,
        "state": address.state or None,
    }


def _random(name: str) -> int:
    return from_base62(name.rpartition("_")[2]) & (1 << RANDOM_BITS) - 1
