"""The microdeposit: a cent on its way to a bank account, under a code that its holder is to read.

Whoever can say the code can see the account. In test mode the codes and amounts are those that are
documented, whatever the bank was sent.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from msgspec import field

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.flows import microdeposit as flow
from bezant.kernel.codec import from_base62
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.ids import RANDOM_BITS
from bezant.kernel.money import Money
from bezant.movement import instruct
from bezant.movement.handler import Handler
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.order import Order
from bezant.movement.route import Wish
from bezant.resources.core.later import later
from bezant.resources.core.payment_method import VERIFIED, PaymentMethod
from bezant.resources.payments.bank_methods import party_of
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.setup_intent import SetupIntent

FAIL_JOB, TIMEOUT_JOB = "microdeposits.fail", "microdeposits.time_out"
KEPT = "microdeposit"
"""Where an intent's hidden part has the code that is waited for, the microdeposit that it came
with, and how often it was wrong."""
Verdict = Literal["right", "wrong", "exceeded", "timeout"]
_LASTS = timedelta(days=10)
_TRIES_BY_AMOUNTS, _TRIES_BY_CODE = 3, 10
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TEST_CODES: dict[str, Verdict] = {
    "SM11AA": "right",
    "SM33CC": "exceeded",
    "SM44DD": "timeout",
}
_TEST_AMOUNTS: dict[tuple[int, ...], Verdict] = {
    (10, 11): "exceeded",
    (32, 45): "right",
    (40, 41): "timeout",
}


class _Way(NamedTuple):
    """How a cent gets to a type of bank account, and in which detail its line has the code."""

    rail: str
    cent: Money
    named: str


_WAYS: Mapping[str, _Way] = {
    "acss_debit": _Way("acss", Money(1, "cad"), "short_name"),
    "us_bank_account": _Way("ach", Money(1, "usd"), "company_name"),
}
KINDS = tuple(_WAYS)
"""The types of bank accounts that are verified before they are debited."""


class Microdeposit(Identified, tag="microdeposit"):
    """A cent that was sent to a bank account for an intent."""

    intent: str
    payment_method: str
    metadata: dict[str, str] = field(default_factory=dict[str, str])


class Said(NamedTuple):
    """What somebody says that they have read: a code, or two amounts in cents."""

    code: str | None
    amounts: tuple[int, ...]


def is_needed(ctx: Context, method: PaymentMethod) -> bool:
    """Tell whether nobody has proved yet to see a bank account."""
    return method.type in _WAYS and not ctx.hidden(method).get(VERIFIED)


def check_possible(options: dict[str, Any], *, off_session: bool) -> None:
    """Refuse where nobody is there who could read a code, or another way was asked for."""
    if off_session or options.get("verification_method") == "instant":
        raise InvalidRequest(
            "This bank account has not been verified. Confirm while the customer is there, without "
            "`verification_method=instant`, and verify it by microdeposits.",
            code="bank_account_unverified",
            param="payment_method",
        )


def send(ctx: Context, intent: str, method: PaymentMethod) -> tuple[Movement, dict[str, Any]]:
    """Send a cent under a code; returns its movement, and what is to be kept of it."""
    name = ctx.new_id("micro")
    code = _code(ctx, name)
    made = ctx.create(Microdeposit(id=name, intent=intent, payment_method=method.id))
    party = party_of(ctx, method)
    rail, cent, named = _WAYS[method.type]
    order = Order(to=party, details={named: f"{code} VERIFY"})
    wish = Wish(cent, "credit", party.account, "standard", ctx.livemode, rail=rail, act="verify")
    movement = instruct.ask(ctx, made, cent, order, wish, carries_money=True)
    at = ctx.now() + _LASTS
    later(ctx, TIMEOUT_JOB, name, ctx.book, ctx.caller.platform, at=at)
    return movement, {"code": code, "attempts": 0, "microdeposit": name}


def is_awaited(ctx: Context, intent: PaymentIntent | SetupIntent, made: Microdeposit) -> bool:
    """Tell whether an intent waits for somebody to read the code of a cent, and of no later one."""
    waits = (intent.next_action or {}).get("type") == "verify_with_microdeposits"
    return waits and ctx.hidden(intent)[KEPT]["microdeposit"] == made.id


def next_action(ctx: Context, movement: Movement, client_secret: str) -> dict[str, Any]:
    """Return what an intent asks for while its cent is on its way: that somebody reads the code."""
    assert movement.expected_settlement_at is not None, "what is sent has its dates"
    page = f"{ctx.runtime.config.public_url}/pay/{ctx.account}/{client_secret}"
    shown = {
        "arrival_date": movement.expected_settlement_at,
        "hosted_verification_url": page,
        "microdeposit_type": "descriptor_code",
    }
    return {"type": "verify_with_microdeposits", "verify_with_microdeposits": shown}


def judge(ctx: Context, kept: dict[str, Any], said: Said) -> Verdict:
    """Return whether somebody has read what was sent; `kept` counts how often they were wrong."""
    if not ctx.livemode:
        known: Verdict | None = _TEST_CODES.get(said.code or "") or _TEST_AMOUNTS.get(
            tuple(sorted(said.amounts))
        )
        if known is not None:
            return known
    elif said.code is not None and said.code.strip().upper() == kept["code"]:
        return "right"
    most = _TRIES_BY_CODE if said.code is not None else _TRIES_BY_AMOUNTS
    return "exceeded" if kept["attempts"] + 1 >= most else "wrong"


def said_of(ctx: Context, code: str | None, amounts: list[int] | None) -> Said:
    """Return what was sent; InvalidRequest unless it is a code or two amounts."""
    if (code is None) == (amounts is None):
        raise InvalidRequest(
            "Send either `descriptor_code` or `amounts`.", code="parameter_missing",
            param="descriptor_code",
        )  # fmt: skip
    if amounts is not None and ctx.livemode:
        raise InvalidRequest(
            "One cent was sent, under a code: send it as `descriptor_code`.",
            code="payment_method_microdeposit_verification_amounts_invalid",
            param="amounts",
        )
    return Said(code, tuple(amounts or ()))


def _code(ctx: Context, name: str) -> str:
    if not ctx.livemode:
        return "SM11AA"
    bits = from_base62(name.rpartition("_")[2]) & (1 << RANDOM_BITS) - 1
    return "SM" + "".join(_ALPHABET[bits >> place & 31] for place in (0, 5, 10, 15))


def _not_sent(ctx: Context, made: Microdeposit, movement: Movement, _fact: MovementFact) -> None:
    later(ctx, FAIL_JOB, made.id, movement.book, movement.platform)


handler = Handler(
    subject=Microdeposit,
    on={"returned": _not_sent, "rejected": _not_sent, "canceled": _not_sent},
    house={"verify_settled": flow.sent, "verify_returned": flow.came_back},
)
