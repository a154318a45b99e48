"""Cards as they are kept: the number in the vault, the code with the issuer for one look at it.

What is shown are the last digits and what the issuer has said; what is hidden is the token.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.errors import CardError
from bezant.kernel.money import Money
from bezant.kernel.secret import Secret
from bezant.rail.card_numbers import Range, range_of
from bezant.rail.cards import Acquirer, CardAnswer, CardRequest, Checks, Merchant, Presented
from bezant.resources.core.card_number import Typed, wrong
from bezant.vault.vault import Vault

_FILE = files("bezant.resources.core") / "test_cards.csv"
_NUMBERS = files("bezant.resources.core") / "test_card_numbers.csv"
_METHOD, _TOKEN = "pm_card_", "tok_"
_CODE, _POSTAL_CODE, _LINE1 = Secret("314"), "94107", "510 Townsend Street"
_TEST_MONTH = 12
_BIN = 6
_SECURE = frozenset({"amex", "diners", "discover", "jcb", "mastercard", "unionpay", "visa"})
_DISPLAYED = {
    "amex": "american_express",
    "diners": "diners_club",
    "unionpay": "union_pay",
    "unknown": "other",
}
_MESSAGES = {
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too "
    "frequently or exceeding its amount limit.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "incorrect_number": "Your card number is incorrect.",
    "incorrect_zip": "Your card's postal code is incorrect.",
    "insufficient_funds": "Your card has insufficient funds.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}


_PARAMS = {"expired_card": "exp_month", "incorrect_cvc": "cvc", "incorrect_number": "number"}
"""What of a card is wrong, by the code of the error that says so."""


class CardKept(Struct, frozen=True, kw_only=True):
    """A card in the vault, with what may be known of it and what its issuer has said."""

    token: str
    fingerprint: str
    last4: str
    exp_month: int
    exp_year: int
    range: Range
    checks: Checks
    bin: str = ""


class TestCard(Struct, frozen=True):
    """A card of test mode; one that is `checked` comes with a code and an address."""

    number: str
    checked: bool


@cache
def test_cards() -> Mapping[str, TestCard]:
    """Return the cards of test mode by their names, without `pm_card_` and `tok_`."""
    rows = csv.DictReader(_FILE.read_text("utf-8").splitlines())
    return {row["name"]: TestCard(row["number"], row["checked"] == "1") for row in rows}


@cache
def test_numbers() -> frozenset[str]:
    """Return all numbers of test mode, also those without a name."""
    others = csv.DictReader(_NUMBERS.read_text("utf-8").splitlines())
    named = (card.number for card in test_cards().values())
    return frozenset(named) | frozenset(row["number"] for row in others)


def test_card(ctx: Context, name: str) -> TestCard | None:
    """Return the card that an id of test mode stands for, such as pm_card_visa or tok_visa."""
    if ctx.livemode:
        return None
    prefix = _METHOD if name.startswith(_METHOD) else _TOKEN
    return test_cards().get(name.removeprefix(prefix)) if name.startswith(prefix) else None


async def kept(
    ctx: Context, card: Typed, *, postal_code: str | None = None, line1: str | None = None
) -> CardKept:
    """Put a card into the vault; what can be checked is, if a code or an address was given.

    Raises CardError for a real card in test mode, and for one of test mode's in live mode.
    """
    _check_mode(ctx, card)
    vault = ctx.runtime.port(Vault)
    stored = await vault.keep(ctx.caller.platform, card.number, ctx.now())
    digits = card.number.reveal()
    one = CardKept(
        token=stored.token,
        fingerprint=stored.fingerprint,
        last4=digits[-4:],
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        range=range_of(digits),
        checks=Checks(),
        bin=digits[:_BIN],
    )
    if card.cvc is None and not postal_code and not line1:
        return one
    shown = Presented(
        token=one.token,
        exp_month=one.exp_month,
        exp_year=one.exp_year,
        cvc=card.cvc,
        postal_code=postal_code or "",
        line1=line1 or "",
    )
    answer = await verify(ctx, shown)
    checks = answer.checks if answer.outcome != "unknown" else _unanswered(shown)
    return replace(one, checks=checks)


async def kept_of_test(ctx: Context, card: TestCard) -> CardKept:
    """Put a card of test mode into the vault."""
    given = Typed(
        number=Secret(card.number),
        exp_month=_TEST_MONTH,
        exp_year=ctx.now().year + 8,
        cvc=_CODE if card.checked else None,
    )
    if not card.checked:
        return await kept(ctx, given)
    return await kept(ctx, given, postal_code=_POSTAL_CODE, line1=_LINE1)


async def verify(ctx: Context, card: Presented) -> CardAnswer:
    """Ask a card's issuer about it, without money."""
    request = CardRequest(
        id=ctx.new_id("cardver"),
        act="verify",
        amount=Money.zero("usd"),
        card=card,
        merchant=Merchant(id=ctx.account, name=ctx.account),
        livemode=ctx.livemode,
    )
    return await ctx.runtime.port(Acquirer).ask(request)


async def check(ctx: Context, shown: Mapping[str, Any], hidden: Mapping[str, Any]) -> None:
    """Raise CardError if a card's issuer does not want it to be used at all."""
    card = Presented(
        token=hidden["token"], exp_month=shown["exp_month"], exp_year=shown["exp_year"]
    )
    answer = await verify(ctx, card)
    if not answer.approved:
        raise declined(answer)


def _check_mode(ctx: Context, card: Typed) -> None:
    if (card.number.reveal() in test_numbers()) != ctx.livemode:
        return
    mode, used, code = "test", "a non test card", "test_mode_live_card"
    if ctx.livemode:
        mode, used, code = "live", "a known test card", "live_mode_test_card"
    raise wrong(
        "card_declined",
        f"Your card was declined. Your request was in {mode} mode, but used {used}.",
        "number",
        decline_code=code,
    )


def declined(answer: CardAnswer, **extra: Any) -> CardError:
    """Return the error of a card that was not approved, or that nobody has answered for."""
    if answer.outcome == "unknown":
        answer = replace(answer, code="processing_error", decline_code="processing_error")
    message = _MESSAGES.get(answer.decline_code) or _MESSAGES.get(answer.code)
    told = {
        "advice_code": answer.advice_code,
        "decline_code": answer.decline_code,
        "network_advice_code": answer.network_advice,
        "network_decline_code": answer.network_code,
    }
    return CardError(
        message or "Your card was declined.",
        code=answer.code or "card_declined",
        param=_PARAMS.get(answer.code),
        extra={**{name: text for name, text in told.items() if text}, **extra},
    )


def shown(card: CardKept, preferred: str | None = None) -> dict[str, Any]:
    """Return what a payment method shows of its card."""
    brand = card.range.brand
    return {
        "brand": brand,
        "checks": {
            "address_line1_check": card.checks.line1,
            "address_postal_code_check": card.checks.postal_code,
            "cvc_check": card.checks.cvc,
        },
        "country": card.range.country,
        "display_brand": _DISPLAYED.get(brand, brand),
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": card.fingerprint,
        "funding": card.range.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [brand], "preferred": preferred},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": brand in _SECURE},
        "wallet": None,
    }


def hidden_of(card: CardKept) -> dict[str, str]:
    """Return what a payment method hides of its card."""
    return {"token": card.token, "bin": card.bin}


def _unanswered(card: Presented) -> Checks:
    return Checks(
        cvc="unchecked" if card.cvc else None,
        postal_code="unchecked" if card.postal_code else None,
        line1="unchecked" if card.line1 else None,
    )
