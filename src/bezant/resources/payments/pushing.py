"""Pushing: payments that the payer sends by Pix or UPI, asked for by a code that a telephone reads.

The code has a reference; money that comes under it is the payment's. Whoever does not pay in time
has not paid: what comes later waits until the operator sends it back.
"""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.flows import bank_payment as flow
from bezant.flows.risk import Rule
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.movement import instruct
from bezant.movement.engine import engine_of
from bezant.movement.handler import Handler
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.profile import BankProfile
from bezant.rail import UpiAddress
from bezant.rail.identifiers import is_cnpj
from bezant.rail.qr import png, svg
from bezant.rails.pix import brcode
from bezant.rails.upi import links
from bezant.resources.core.later import Matter, later
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import bank_failures, screening_banks
from bezant.resources.payments.bank_charge import begun
from bezant.resources.payments.confirming import Attempt, merchant
from bezant.resources.payments.debiting import check_captured_at_once
from bezant.resources.payments.following import follow
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.settling import Means, settle

PAID_JOB = "pushes.paid"
EXPIRE_JOB = "pushes.expire"
EXPECTS = "expects"
"""Where an intent's hidden part has the movement that is to bring its money."""
RULE = "rule"
"""Where an intent's hidden part has the rule that has decided about its payment, if one has."""
TEXT = "text"
"""Where an intent's hidden part has what its code says."""
RECEIVED = "received"
"""Where a charge's hidden part has the movement that has brought its money."""
_LASTS = {"pix": timedelta(days=1), "upi": timedelta(minutes=15)}
_CITY = "BRASILIA"
_NAME_MOST, _CITY_MOST = 25, 15
KINDS = tuple(_LASTS)
ACTIONS = ("pix_display_qr_code", "upi_handle_redirect_or_display_qr_code")
"""What intents ask payers to do who are shown a code."""


class _Shown(Struct, frozen=True):
    """What the payer is shown: a text to copy or open, and until when it can be paid."""

    text: str
    expires_at: int


async def confirm(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt
) -> PaymentIntent | Failure:
    """Show the payer a code, and wait for the money until the code expires."""
    check_captured_at_once(intent)
    kind = method.type
    bank = _bank(ctx, kind, intent.currency)
    reference = ctx.new_id(kind).rpartition("_")[2]
    owner = await merchant(ctx, intent.on_behalf_of)
    rule = await screening_banks.judged(ctx, intent, method, attempt)
    if rule is not None and rule.action == "block":
        charge = begun(ctx, intent, method, owner, {kind: _details(method, None), "type": kind})
        charge = screening_banks.noted(ctx, charge, None, attempt)
        return screening_banks.blocked(ctx, intent, method, charge, rule)
    name = owner.business_profile.get("name") or bank.holder
    expires = _expires(ctx, intent, kind)
    shown = _Shown(_code(kind, bank, intent.money, reference, name), unix_seconds(expires))
    movement = instruct.expect(ctx, intent, intent.money, rail=kind, bank=bank, reference=reference)
    kept: dict[str, Any] = {each: getattr(attempt, each) for each in attempt.__struct_fields__}
    told = {
        "attempt": kept,
        "method": method.id,
        EXPECTS: movement.id,
        RULE: rule,
        TEXT: shown.text,
    }
    later(ctx, EXPIRE_JOB, movement.id, ctx.book, ctx.caller.platform, at=expires)
    return ctx.save(
        intent,
        hidden=ctx.hidden(intent) | told,
        last_payment_error=None,
        next_action=_next_action(ctx, kind, intent, shown),
        status="requires_action",
        event="payment_intent.requires_action",
    )


async def give_up(ctx: Context, intent: PaymentIntent) -> None:
    """Expect the money of an intent no more."""
    name = ctx.hidden(intent).get(EXPECTS)
    if name is not None:
        instruct.cancel(ctx, await ctx.load(Movement, name))


async def paid(ctx: Context, matter: Matter) -> bool:
    """Make the payment of what has come for an intent."""
    intent = await ctx.load(PaymentIntent, matter.subject)
    if intent.status != "processing":
        return False
    hidden = ctx.hidden(intent)
    movement = await ctx.load(Movement, hidden[EXPECTS])
    method = await ctx.load(PaymentMethod, hidden["method"])
    owner = await merchant(ctx, intent.on_behalf_of)
    came = next(fact.movement for fact in movement.facts if fact.kind == "settled")
    received = await ctx.load(Movement, came, book=ctx.house) if came else None
    details = {method.type: _details(method, received), "type": method.type}
    charge = begun(ctx, intent, method, owner, details)
    charge = ctx.save(charge, hidden={RECEIVED: came})
    rule = hidden.get(RULE)
    rule = None if rule is None else msgspec.convert(rule, Rule)
    charge = screening_banks.noted(ctx, charge, rule, Attempt(**hidden["attempt"]))
    means = Means(method=method.type, rail=movement.rail)
    changes = await settle(ctx, charge, intent.money, means, intent.application_fee_amount)
    entry = flow.applied(intent.money, book=ctx.book, rail=movement.rail, name=movement.rail)
    ctx.post(entry, source=charge.id)
    charge = ctx.save(
        ctx.current(charge), paid=True, status="succeeded", event="charge.succeeded", **changes
    )
    ctx.save(
        intent,
        amount_received=intent.amount,
        latest_charge=charge.id,
        review=charge.review,
        status="succeeded",
        transfer_group=charge.transfer_group,
        event="payment_intent.succeeded",
    )
    follow(ctx, intent)
    return True


async def expired(ctx: Context, matter: Matter) -> bool:
    """Let a payment fail whose code was not paid in time."""
    movement = await ctx.load(Movement, matter.subject)
    if not movement.may_become("canceled"):
        return False
    assert movement.source is not None, "an expectation is somebody's"
    intent = await ctx.load(PaymentIntent, movement.source)
    instruct.cancel(ctx, movement)
    method = await ctx.find(PaymentMethod, intent.payment_method or "")
    ctx.save(
        intent,
        last_payment_error=bank_failures.told(ctx, "expired", charge=None, method=method),
        next_action=None,
        payment_method=None,
        status="requires_payment_method",
        event="payment_intent.payment_failed",
    )
    follow(ctx, intent)
    return True


def _settled(ctx: Context, intent: PaymentIntent, movement: Movement, _fact: MovementFact) -> None:
    entry = flow.sent(movement.money, book=movement.book, name=movement.rail)
    ctx.post(entry, source=intent.id)
    ctx.save(intent, next_action=None, status="processing", event="payment_intent.processing")
    later(ctx, PAID_JOB, intent.id, movement.book, movement.platform)


handler = Handler(subject=PaymentIntent, on={"settled": _settled}, house={"settled": flow.came_in})


def _details(method: PaymentMethod, received: Movement | None) -> dict[str, Any]:
    if method.type == "pix":
        return {"bank_transaction_id": received.reference if received else None}
    upi = method.upi
    return {"vpa": upi.get("vpa") if isinstance(upi, dict) else None}


def _bank(ctx: Context, kind: str, currency: str) -> BankProfile:
    bank = engine_of(ctx).banks.receiving(currency, livemode=ctx.livemode)
    if bank is None or kind not in bank.rails:
        raise InvalidRequest(
            f"No bank that is connected takes {currency} by {kind}: pay by another method.",
            code="payment_method_not_available",
            param="payment_method",
        )
    return bank


def _expires(ctx: Context, intent: PaymentIntent, kind: str) -> datetime:
    options: dict[str, Any] = (intent.payment_method_options or {}).get(kind, {})
    now = ctx.now()
    if seconds := options.get("expires_after_seconds"):
        return now + timedelta(seconds=seconds)
    if moment := options.get("expires_at"):
        expires = datetime.fromtimestamp(moment, UTC)
        if not timedelta(seconds=10) <= expires - now <= timedelta(days=14):
            raise InvalidRequest(
                "A code expires between 10 seconds and 14 days from now.",
                param=f"payment_method_options[{kind}][expires_at]",
            )
        return expires
    return now + _LASTS[kind]


def _code(kind: str, bank: BankProfile, amount: Money, reference: str, name: str) -> str:
    access = bank.rails[kind]
    if kind == "upi":
        account = access.originator.account
        assert isinstance(account, UpiAddress), "who takes UPI has an address"
        link = links.PayLink(
            address=account.vpa, name=name[:99], amount=amount, reference=reference
        )
        return links.write(link)
    key = access.originator.company_id
    if not is_cnpj(key):
        raise InvalidRequest(
            f"The bank profile {bank.name} has no CNPJ as its company_id, which is the Pix key "
            "that payers pay to.",
            code="payment_method_not_available",
            param="payment_method",
        )
    address = access.originator.address
    code = brcode.BrCode(
        name=_plain(name, _NAME_MOST),
        city=_plain(address.town if address and address.town else _CITY, _CITY_MOST),
        key=key,
        amount=amount,
        txid=reference,
    )
    return brcode.write(code)


def _plain(text: str, most: int) -> str:
    kept = "".join(each for each in text if each.isascii() and each.isprintable())
    return " ".join(kept.split())[:most].strip() or "PAYEE"


def _next_action(ctx: Context, kind: str, intent: PaymentIntent, shown: _Shown) -> dict[str, Any]:
    images = {
        "image_url_png": _as_url("image/png", png(shown.text)),
        "image_url_svg": _as_url("image/svg+xml", svg(shown.text)),
    }
    page = f"{ctx.runtime.config.public_url}/pay/{ctx.account}/{intent.client_secret}"
    if kind == "pix":
        code = {"data": shown.text, "expires_at": shown.expires_at, **images}
        return {
            "pix_display_qr_code": {**code, "hosted_instructions_url": page},
            "type": "pix_display_qr_code",
        }
    code = {"expires_at": shown.expires_at, **images}
    return {
        "type": "upi_handle_redirect_or_display_qr_code",
        "upi_handle_redirect_or_display_qr_code": {
            "hosted_instructions_url": page,
            "qr_code": code,
        },
    }


def _as_url(kind: str, image: bytes) -> str:
    """Return an image as a URL that has all of it."""
    return f"data:{kind};base64,{b64encode(image).decode()}"
