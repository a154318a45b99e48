"""Requests to the acquirer that follow on what is committed already: captures, and reversals.

They are jobs, so that no money is taken that the books do not know of. An answer that does not
come is asked for again; what the acquirer refuses stays in sight as a parked job.
"""

from typing import Any

import msgspec
from msgspec import field

from bezant.api.context import Caller, Context
from bezant.api.resource import Identified
from bezant.api.runtime import Runtime
from bezant.kernel.codec import encode_json
from bezant.kernel.errors import InternalError
from bezant.rail.cards import CardAnswer, CardRequest
from bezant.resources.payments.card import acquirer_of
from bezant.resources.payments.charge import Charge
from bezant.store.jobs import JobRow

JOB = "cards.ask"
CAPTURES = "captures"
"""Where a charge's hidden part has the requests by which it was captured."""


class CardCapture(Identified, tag="card_capture"):
    """A capture by the acquirer's reference (its id), for whoever hears of it from a file."""

    charge: str
    request: str
    metadata: dict[str, str] = field(default_factory=dict[str, str])


def ask_later(ctx: Context, request: CardRequest, charge: str) -> None:
    """Ask the acquirer once everything is committed."""
    payload: dict[str, Any] = {
        "account": ctx.account,
        "charge": charge,
        "livemode": ctx.livemode,
        "platform": ctx.caller.platform,
        "request": kept(request),
    }
    ctx.enqueue(JOB, payload)


def kept(request: CardRequest) -> dict[str, Any]:
    """Return a request as plain data; a card's code is in none that is kept."""
    assert request.card.cvc is None, "a code is never stored"
    return msgspec.json.decode(encode_json(request))


def captures_of(ctx: Context, charge: Charge) -> list[CardRequest]:
    """Return the requests by which a charge was captured."""
    stored = ctx.hidden(charge).get(CAPTURES, [])
    return [msgspec.convert(each, CardRequest) for each in stored]


class CardAsker:
    """Runs the jobs."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the ports."""
        self._runtime = runtime

    async def run(self, job: JobRow) -> None:
        """Ask; a capture's reference is noted."""
        payload = msgspec.json.decode(job.payload)
        caller = Caller(payload["platform"], payload["account"], livemode=payload["livemode"])
        ctx = Context(self._runtime, caller)
        request = msgspec.convert(payload["request"], CardRequest)
        answer = await acquirer_of(ctx).ask(request)
        if answer.outcome == "unknown":
            raise InternalError(f"the acquirer has not answered {request.id}")
        if request.act == "capture":
            await _captured(ctx, request, answer, payload["charge"])


async def _captured(ctx: Context, request: CardRequest, answer: CardAnswer, charge: str) -> None:
    if not answer.approved:
        raise InternalError(f"the acquirer refuses {request.id}: {answer.network_code}")
    reference = answer.acquirer_reference
    if reference and await ctx.find(CardCapture, reference) is None:
        ctx.create(CardCapture(id=reference, charge=charge, request=request.id))
        await ctx.write()
