"""Asking for money while an operation runs: what is not committed then is called back.

A request has a name that stays the same when a call runs again, so that the money is asked for
once. What has been called back must not be asked for under that name any more: the acquirer would
say yes as before. So names are counted on in the object that they are made of, the fence, in the
database transaction in which the calling back begins.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bezant.api import idempotency
from bezant.api.context import Context, Hidden
from bezant.api.outside import Undoing
from bezant.kernel.errors import InvalidRequest
from bezant.rail.cards import About, CardAnswer, CardRequest
from bezant.resources.payments.card import acquirer_of
from bezant.resources.payments.following import SESSION
from bezant.resources.payments.payment_intent import PaymentIntent

UNDO_JOB = "cards.undo"
FENCE = "fence"
"""Where a new intent's hidden part has what else counts its names: the invoice that it pays."""
BURNT = "burnt"
"""Where a fence's hidden part counts how often its names were used up without being committed."""
INCREMENTS = "increments"
"""Where a charge's hidden part has the requests by which more was held for it."""


class Asked(Struct, frozen=True, kw_only=True):
    """A request that was not declined: whose it is, its fence, and the key of its call."""

    platform: str
    account: str
    livemode: bool
    request: CardRequest
    fence: str = ""
    key: str | None = None


async def ask_now(ctx: Context, request: CardRequest, fence: str = "") -> CardAnswer:
    """Ask the acquirer at once, under a name that the object `fence` counts, if there is one.

    What a worker asks without a fence is left as it is: its next try asks under the same name.
    """
    answer = await acquirer_of(ctx).ask(request)
    if answer.outcome != "declined" and (fence or ctx.caller.request):
        may_have_asked(ctx, request, fence)
    return answer


async def check_key(ctx: Context) -> None:
    """Go no further under a key that was answered, before what can't be called back for long.

    What it was answered is what its caller is told.
    """
    key = ctx.caller.idempotency_key
    if key is not None and await idempotency.find(ctx, key) is not None:
        raise InvalidRequest("This idempotency key was used before.")


def may_have_asked(ctx: Context, request: CardRequest, fence: str = "") -> None:
    """Have a request called back unless it is committed, whoever has asked under its name."""
    assert request.card.cvc is None, "a code is never stored"
    caller = ctx.caller
    payload: dict[str, Any] = {
        "platform": caller.platform,
        "account": caller.account,
        "livemode": caller.livemode,
        "request": request,
        "fence": fence,
        "key": caller.idempotency_key,
    }
    ctx.outside.note(request.id, Undoing(UNDO_JOB, payload))


def fence_of(ctx: Context, intent: PaymentIntent) -> str:
    """Return what counts the names of an intent's requests: what was there before this call.

    That is nothing for what is made and confirmed at once, which is named after the call.
    """
    if not intent.id:
        return ""
    hidden = ctx.hidden(intent)
    return intent.id if ctx.is_stored(intent) else hidden.get(SESSION) or hidden.get(FENCE, "")


def about_intent(ctx: Context, intent: PaymentIntent) -> About:
    """Return by what the acquirer's reports let an authorization be found in the books."""
    return About(ctx.caller.platform, ctx.account, fence_of(ctx, intent) or intent.id)


def burnt(hidden: Mapping[str, Any]) -> str:
    """Return what a name has of how often its like were used up: nothing, as a rule."""
    times = hidden.get(BURNT, 0)
    return f"~{times}" if times else ""


def burn(hidden: Hidden) -> Hidden:
    """Return a fence's hidden part after which no name of before is asked under again."""
    return hidden | {BURNT: hidden.get(BURNT, 0) + 1}


def reversal_of_request(request: CardRequest) -> CardRequest:
    """Return the request that calls another one back, whatever has become of that."""
    return replace(request, id=f"{request.id}/reverse", act="reverse", original=request.id)
