"""The end of the time to answer a dispute: what nobody has answered by then is lost."""

import msgspec

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InternalError
from bezant.resources.payments.dispute import WAITING, Dispute
from bezant.store.jobs import JobRow

_RUNS = 20


class DisputeExpirer:
    """Runs the jobs that end disputes."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the ports."""
        self._runtime = runtime

    async def run(self, job: JobRow) -> None:
        """End a dispute, if it waits for an answer still."""
        payload = msgspec.json.decode(job.payload)
        caller = Caller(payload["platform"], payload["account"], livemode=payload["livemode"])
        for _ in range(_RUNS):
            ctx = Context(self._runtime, caller)
            dispute = await ctx.load(Dispute, payload["dispute"])
            due_by = dispute.evidence_details.due_by
            if dispute.status not in WAITING or due_by is None or due_by > unix_seconds(ctx.now()):
                return
            ctx.save(
                dispute,
                is_charge_refundable=False,
                status="warning_closed" if dispute.asks else "lost",
                event="charge.dispute.closed",
            )
            try:
                await ctx.write()
            except Stale:
                continue
            return
        raise InternalError(f"{payload['dispute']} keeps changing")
