"""Disputes: what cardholders' banks ask about or take back, and the evidence against it.

The network opens them and decides them; the owner answers once, or gives up.
"""

from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.pages import Page, page_of
from bezant.api.params import merged
from bezant.api.routes import Routes
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.payments.asking import check_key
from bezant.resources.payments.card import acquirer_of
from bezant.resources.payments.card_news import news_is_out
from bezant.resources.payments.dispute import CASE, WAITING, Dispute
from bezant.resources.payments.dispute_eligibility import standing
from bezant.resources.payments.dispute_evidence import letter, merged_evidence
from bezant.resources.payments.dispute_params import ListDisputes, UpdateDispute, check_method

PATH = "/v1/disputes"
routes = Routes(Dispute, PATH, prefix="dp", listed=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListDisputes) -> Page:
    """List disputes, newest first."""
    chosen = {"source": params.charge, "parent": params.payment_intent}
    filters = {name: value for name, value in chosen.items() if value is not None}
    if filters:
        await news_is_out(ctx, charge=params.charge, intent=params.payment_intent)
    return await page_of(ctx, Dispute, "dp", params, filters)


@routes.update
async def update(ctx: Context, dispute: Dispute, params: UpdateDispute) -> Dispute:
    """Say something about a dispute; evidence goes to the network unless `submit` is false."""
    check_method(params.intended_submission_method)
    changes: dict[str, Any] = {"metadata": merged(dispute.metadata, params.metadata)}
    if params.intended_submission_method is not None:
        changes["intended_submission_method"] = params.intended_submission_method
    submits = params.submit or (params.submit is None and params.evidence is not None)
    if params.evidence is None and not submits:
        return ctx.save(dispute, event="charge.dispute.updated", **changes)
    _check_open(ctx, dispute, "answered")
    evidence, details = dispute.evidence, dispute.evidence_details
    if params.evidence is not None:
        evidence = await merged_evidence(ctx, dispute, params.evidence)
        details = replace(
            details,
            enhanced_eligibility=standing(
                dispute.enhanced_eligibility_types, evidence.enhanced_evidence
            ),
            has_evidence=True,
        )
    changes |= {"evidence": evidence, "evidence_details": details}
    if submits:
        if not details.has_evidence:
            raise InvalidRequest(
                "There is no evidence yet: send `evidence` with it.", param="submit"
            )
        case = ctx.hidden(dispute)[CASE]
        await check_key(ctx)
        await acquirer_of(ctx).represent(case, letter(evidence), livemode=ctx.livemode)
        changes["evidence_details"] = replace(
            details, submission_count=details.submission_count + 1, submission_method="manual"
        )
        changes["status"] = "warning_under_review" if dispute.asks else "under_review"
    return ctx.save(dispute, event="charge.dispute.updated", **changes)


@routes.action
async def close(ctx: Context, dispute: Dispute) -> Dispute:
    """Give a dispute up: it is lost, and nothing more can be said about it."""
    _check_open(ctx, dispute, "closed")
    await check_key(ctx)
    await acquirer_of(ctx).accept(ctx.hidden(dispute)[CASE], livemode=ctx.livemode)
    return ctx.save(
        dispute,
        status="warning_closed" if dispute.asks else "lost",
        event="charge.dispute.closed",
    )


def _check_open(ctx: Context, dispute: Dispute, done: str) -> None:
    """Refuse what comes too late."""
    due_by = dispute.evidence_details.due_by
    if dispute.status not in WAITING:
        raise InvalidRequest(
            f"This dispute can't be {done} any more: its status is {dispute.status}."
        )
    if due_by is not None and due_by < unix_seconds(ctx.now()):
        raise InvalidRequest(f"This dispute can't be {done} any more: its time was over.")
