"""What a card network tells of disputes: they are opened, become chargebacks, and are decided.

A notice may come twice. What money it has moved is booked with the dispute's new status, so the
second one finds nothing left to do.
"""

from datetime import UTC, datetime, time

from bezant.api.context import Context, created_of
from bezant.flows import dispute as flow
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.rail.cards import Decided, Disputed
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.concerns import money_gone
from bezant.resources.payments.dispute import (
    CASE,
    DISPUTED,
    CardCase,
    Dispute,
    EvidenceDetails,
    case_id,
    end_of,
    prefilled,
    taken_of,
)
from bezant.resources.payments.dispute_eligibility import eligible, standing
from bezant.resources.payments.dispute_money import reinstate, withdraw
from bezant.resources.payments.screening import IP_ADDRESS

DEADLINE_JOB = "disputes.expire"

log = get_logger(__name__)


async def disputed(ctx: Context, notice: Disputed) -> None:
    """Open a dispute, or let an inquiry become one about money."""
    charge = await ctx.find(Charge, notice.about.subject)
    if charge is None:
        log.warning("dispute_unknown", charge=notice.about.subject, case=notice.case)
        return
    known = await ctx.find(CardCase, case_id(charge.id, notice.case))
    if known is None:
        await _open(ctx, charge, notice)
        return
    dispute = await ctx.load(Dispute, known.dispute)
    if notice.stage != "inquiry" and dispute.asks:
        await _escalate(ctx, charge, dispute, notice)


async def decided(ctx: Context, notice: Decided) -> None:
    """End a dispute; when it was won, its money is there again."""
    known = await ctx.find(CardCase, case_id(notice.about.subject, notice.case))
    if known is None:
        log.warning("dispute_unknown", charge=notice.about.subject, case=notice.case)
        return
    dispute = await ctx.load(Dispute, known.dispute)
    charge = await ctx.load(Charge, dispute.charge)
    may_be = flow.NEXT[dispute.status]
    if "warning_closed" in may_be:
        ctx.save(dispute, status="warning_closed", event="charge.dispute.closed")
    elif notice.won and taken_of(ctx, charge).get(dispute.id):
        await _won(ctx, charge, dispute, notice.amount)
    elif not notice.won and "lost" in may_be:
        ctx.save(dispute, status="lost", event="charge.dispute.closed")


async def _open(ctx: Context, charge: Charge, notice: Disputed) -> None:
    name, inquiry = ctx.new_id("dp"), notice.stage == "inquiry"
    card = (charge.payment_method_details or {}).get("card", {})
    brand = card.get("brand") or "unknown"
    types = eligible(brand, notice.network_reason)
    dispute = Dispute(
        id=name,
        amount=notice.amount.amount,
        charge=charge.id,
        created=created_of(name),
        currency=charge.currency,
        enhanced_eligibility_types=types,
        evidence=prefilled(charge, ctx.hidden(charge).get(IP_ADDRESS)),
        evidence_details=EvidenceDetails(
            due_by=end_of(notice.respond_by), enhanced_eligibility=standing(types, {})
        ),
        is_charge_refundable=inquiry and charge.left.amount > 0,
        livemode=ctx.livemode,
        network_reason_code=notice.network_reason,
        payment_intent=charge.payment_intent,
        payment_method_details={
            "card": {
                "brand": brand,
                "case_type": _case_type(notice),
                "network": card.get("network") or brand,
                "network_reason_code": notice.network_reason,
            },
            "type": "card",
        },
        reason=notice.reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    ctx.create(CardCase(id=case_id(charge.id, notice.case), dispute=name))
    ctx.create(dispute, hidden={CASE: notice.case})
    hidden = ctx.hidden(charge)
    charge = ctx.save(
        charge, disputed=True, hidden=hidden | {DISPUTED: {**taken_of(ctx, charge), name: 0}}
    )
    if not inquiry:
        dispute = await withdraw(ctx, charge, dispute)
    ctx.emit("charge.dispute.created", dispute)
    if not inquiry:
        ctx.emit("charge.dispute.funds_withdrawn", dispute)
    await money_gone(ctx, ctx.current(charge), "disputed")
    expire_later(ctx, dispute, notice)


async def _escalate(ctx: Context, charge: Charge, dispute: Dispute, notice: Disputed) -> None:
    """Let an inquiry become a chargeback: money moves, and evidence is asked for anew."""
    assert isinstance(dispute.payment_method_details, dict), "a network's case is about a card"
    card = {**dispute.payment_method_details["card"], "case_type": _case_type(notice)}
    details = dispute.evidence_details
    dispute = ctx.save(
        dispute,
        amount=notice.amount.amount,
        evidence_details=EvidenceDetails(
            due_by=end_of(notice.respond_by),
            enhanced_eligibility=details.enhanced_eligibility,
            has_evidence=details.has_evidence,
            submission_count=details.submission_count,
            submission_method=details.submission_method,
        ),
        is_charge_refundable=False,
        payment_method_details={"card": card, "type": "card"},
        status="needs_response",
    )
    dispute = await withdraw(ctx, charge, dispute)
    ctx.emit("charge.dispute.updated", dispute)
    ctx.emit("charge.dispute.funds_withdrawn", dispute)
    expire_later(ctx, dispute, notice)


async def _won(ctx: Context, charge: Charge, dispute: Dispute, amount: Money) -> None:
    dispute = await reinstate(ctx, charge, dispute, amount)
    dispute = ctx.save(
        dispute,
        is_charge_refundable=charge.left.amount > 0,
        status="won",
        event="charge.dispute.closed",
    )
    ctx.emit("charge.dispute.funds_reinstated", dispute)


def expire_later(ctx: Context, dispute: Dispute, notice: Disputed) -> None:
    """Look at a dispute again when the time to answer it is over."""
    payload = {"account": ctx.account, "dispute": dispute.id, "livemode": ctx.livemode,
               "platform": ctx.caller.platform}  # fmt: skip
    ctx.enqueue(
        DEADLINE_JOB, payload, at=datetime.combine(notice.respond_by, time(23, 59, 59), UTC)
    )


def _case_type(notice: Disputed) -> str:
    if notice.stage == "inquiry":
        return "inquiry"
    return "compliance" if notice.reason == "noncompliant" else "chargeback"
