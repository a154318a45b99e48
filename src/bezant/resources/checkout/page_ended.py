"""How a checkout session ended, for whoever paid in it: what has come of it, and what is next."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from bezant.api.context import Context
from bezant.kernel.currency import format_amount
from bezant.kernel.money import Money
from bezant.resources.checkout.outcome import Intent, intent_of_session
from bezant.resources.checkout.page_end_html import Told
from bezant.resources.checkout.page_ways import WAYS
from bezant.resources.checkout.payment_link import HostedConfirmation, PaymentLink
from bezant.resources.checkout.session import CheckoutSession
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.debiting import REFERENCE
from bezant.resources.payments.pay_html import ACCOUNT_WORDS
from bezant.resources.payments.payment_intent import PaymentIntent

_SESSION_ID = "{CHECKOUT_SESSION_ID}"
_FUND = " In test mode the money comes by /v1/test_helpers/customers/…/fund_cash_balance."
_LOST = frozenset({"requires_payment_method", "canceled"})


async def ended_of(
    ctx: Context, session: CheckoutSession, link: PaymentLink | None, seller: str
) -> tuple[Told, bool]:
    """Return what to say of a session that is complete, and whether the page leaves for the shop.

    It stays where something is left to do that the shop does not know of.
    """
    intent = await intent_of_session(ctx, session)
    back = _back(session, seller)
    common: dict[str, Any] = {"merchant": seller, "livemode": session.livemode}
    asked: Mapping[str, Any] = (intent.next_action if intent else None) or {}
    match asked.get("type"):
        case "verify_with_microdeposits":
            return _to_verify(asked["verify_with_microdeposits"], back, common), False
        case "display_bank_transfer_instructions":
            shown = asked["display_bank_transfer_instructions"]
            return _to_transfer(shown, seller, back, common), False
        case _:
            pass
    if intent is not None and intent.status in _LOST:
        text = f"The money has not come, and {seller} has not been paid. Go back and try again."
        return Told(title="The payment has failed", text=text, link=back, **common), False
    title = await _title(ctx, session, intent)
    text = _thanks(session, link)
    if back is None:
        text = f"{text} You can close this page."
    facts = await _debit(ctx, intent)
    if session.payment_status == "paid":
        paid = Money(session.amount_total or 0, session.currency or "usd")
        facts = {"Amount paid": format_amount(paid)}
    told = Told(title=title, text=text, link=back, facts=facts, **common)
    return told, session.success_url is not None


async def _title(ctx: Context, session: CheckoutSession, intent: Intent | None) -> str:
    if session.mode == "subscription":
        return "Order received" if session.payment_status == "unpaid" else "You are subscribed"
    if session.mode == "payment":
        return "Payment complete" if session.payment_status == "paid" else "Order received"
    method = await ctx.find(PaymentMethod, (intent.payment_method if intent else None) or "")
    return f"Your {WAYS[method.type if method else 'card'].later} is saved"


def _thanks(session: CheckoutSession, link: PaymentLink | None) -> str:
    after = link.after_completion.hosted_confirmation if link else None
    words = after.custom_message if isinstance(after, HostedConfirmation) else None
    submitted = session.custom_text.after_submit
    texts = (words or "Thank you.", submitted.message if submitted else "")
    return " ".join(filter(None, texts))


def _to_verify(
    asked: Mapping[str, Any], back: tuple[str, str] | None, common: dict[str, Any]
) -> Told:
    code = "" if common["livemode"] else " In test mode the code is SM11AA."
    return Told(
        title="Confirm your bank account",
        text="One cent is on its way to your account. Its line on your statement begins with a "
        "code of six letters and digits. Keep the address of the page below, and enter the code "
        f"there when it has come.{code}",
        facts={"Comes on or after": day_of(asked["arrival_date"])},
        link=(asked["hosted_verification_url"], "Enter the code"),
        then=back,
        **common,
    )


def _to_transfer(
    asked: Mapping[str, Any], seller: str, back: tuple[str, str] | None, common: dict[str, Any]
) -> Told:
    place = asked["financial_addresses"][0]
    account: Mapping[str, Any] = place[place["type"]]
    left = format_amount(Money(asked["amount_remaining"], asked["currency"]))
    test = "" if common["livemode"] else _FUND
    facts = {"Amount": left}
    facts |= {words: account[name] for name, words in ACCOUNT_WORDS.items() if account.get(name)}
    return Told(
        title=f"Transfer {left}",
        text=f"Order a transfer of {left} at your bank to the account below, with the reference, "
        f"and keep this page until {seller} has heard that the money has come.{test}",
        facts={**facts, "Reference": asked["reference"]},
        then=back,
        **common,
    )


async def _debit(ctx: Context, intent: Intent | None) -> dict[str, str]:
    """Return what is known of the debit that an intent waits for."""
    if not isinstance(intent, PaymentIntent) or intent.status != "processing":
        return {}
    charge = await ctx.find(Charge, intent.latest_charge or "")
    if charge is None:
        return {}
    details: dict[str, Any] = charge.payment_method_details or {}
    shown: dict[str, Any] = details.get(details.get("type", ""), {})
    facts = {"Amount": format_amount(intent.money)}
    if shown.get("last4"):
        facts["Account that is debited"] = f"The one that ends in {shown['last4']}"
    if shown.get("expected_debit_date"):
        facts["Debited on or after"] = _written(date.fromisoformat(shown["expected_debit_date"]))
    if reference := ctx.hidden(intent).get(REFERENCE):
        facts["Reference of the mandate"] = reference
    return facts


def _back(session: CheckoutSession, seller: str) -> tuple[str, str] | None:
    if session.success_url is None:
        return None
    return session.success_url.replace(_SESSION_ID, session.id), f"Back to {seller}"


def day_of(seconds: int) -> str:
    """Return a day as it is written out, of a Unix second."""
    return _written(datetime.fromtimestamp(seconds, UTC))


def moment_of(seconds: int) -> str:
    """Return a moment as it is written out, of a Unix second."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{_written(moment)}, {moment:%H:%M} UTC"


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
