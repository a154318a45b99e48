"""Evidence: what is kept of what was sent, what of it may count, and what a network is told."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import asdict, replace

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.file import File
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.dispute import FILES, Dispute, Evidence
from bezant.resources.payments.dispute_eligibility import CE3
from bezant.resources.payments.dispute_params import MOST_CHARACTERS, EvidenceParams

PURPOSE = "dispute_evidence"
_BOUGHT = (
    "customer_account_id", "customer_device_fingerprint", "customer_device_id",
    "customer_email_address", "customer_purchase_ip", "product_description", "shipping_address",
)  # fmt: skip
_FIRST = "uncategorized_text"
_PRIOR = "prior_undisputed_transactions"
_ENHANCED = "evidence[enhanced_evidence]"


async def merged_evidence(ctx: Context, dispute: Dispute, params: EvidenceParams) -> Evidence:
    """Return the evidence after an update; refuses files and payments that can't be evidence."""
    told = params.told()
    sent: dict[str, Any] | None = told.pop("enhanced_evidence", {})
    evidence = replace(dispute.evidence, **told)
    if sent is None:
        evidence.enhanced_evidence = {}
    elif sent:
        evidence.enhanced_evidence = _enhanced(dispute, sent)
        await _check_prior(ctx, dispute, evidence.enhanced_evidence)
    await _check_files(ctx, told)
    texts = [text for text in asdict(evidence).values() if isinstance(text, str)]
    if sum(len(text) for text in texts) > MOST_CHARACTERS:
        raise InvalidRequest(
            f"The evidence may have {MOST_CHARACTERS:,} characters in all: send the rest as a file "
            "in `uncategorized_file`.",
            param="evidence",
        )
    return evidence


def letter(evidence: Evidence) -> str:
    """Return what a network is told: the owner's own words first, then everything by its name."""
    texts: dict[str, str] = {
        name: text
        for name, text in asdict(evidence).items()
        if isinstance(text, str) and name != _FIRST
    }
    lines = [evidence.uncategorized_text or ""]
    lines += [f"{name}: {text}" for name, text in texts.items()]
    if evidence.enhanced_evidence:
        lines.append(msgspec.json.encode(evidence.enhanced_evidence).decode())
    return "\n".join(line for line in lines if line)


def _enhanced(dispute: Dispute, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return enhanced evidence with what was sent in the place of what was known."""
    foreign = [name for name in sent if name not in dispute.enhanced_eligibility_types]
    if foreign:
        raise InvalidRequest(
            f"This dispute can't be answered by {foreign[0]}: see `enhanced_eligibility_types`.",
            param=f"{_ENHANCED}[{foreign[0]}]",
        )
    kept = dict(dispute.evidence.enhanced_evidence)
    for name, given in sent.items():
        kept[name] = _compelling(kept.get(name), given) if name == CE3 else _acknowledged(given)
    return kept


def _acknowledged(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"fee_acknowledged": bool(given.get("fee_acknowledged"))}


def _compelling(before: Mapping[str, Any] | None, given: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {"disputed_transaction": None, _PRIOR: [], **(before or {})}
    now = given.get("disputed_transaction")
    if now is not None:
        blank = dict.fromkeys((*_BOUGHT, "merchandise_or_services"))
        kept["disputed_transaction"] = {**blank, **(kept["disputed_transaction"] or {}), **now}
    if _PRIOR in given:
        kept[_PRIOR] = [{**dict.fromkeys(_BOUGHT), **each} for each in given[_PRIOR]]
    return kept


async def _check_prior(ctx: Context, dispute: Dispute, enhanced: Mapping[str, Any]) -> None:
    """Refuse earlier payments that are not of the same card, or are disputed themselves."""
    named: list[str] = [each["charge"] for each in enhanced.get(CE3, {}).get(_PRIOR, ())]
    if not named:
        return
    found = await ctx.load_many(Charge, [*named, dispute.charge])
    card = _card(found[dispute.charge])
    for at, name in enumerate(named):
        prior = found.get(name)
        if prior is None:
            problem = f"No such charge: '{name[:64]}'"
        elif prior.id == dispute.charge or prior.disputed:
            problem = f"{name[:64]} is disputed: name payments that are not."
        elif _card(prior) != card:
            problem = f"{name[:64]} was not paid by the card of the disputed payment."
        else:
            continue
        param = f"{_ENHANCED}[{CE3}][{_PRIOR}][{at}][charge]"
        raise InvalidRequest(
            problem, code="resource_missing" if prior is None else None, param=param
        )


def _card(charge: Charge) -> str | None:
    return (charge.payment_method_details or {}).get("card", {}).get("fingerprint")


async def _check_files(ctx: Context, told: Mapping[str, Any]) -> None:
    named = {name: told[name] for name in FILES if told.get(name)}
    found = await ctx.load_many(File, list(named.values()))
    for name, number in named.items():
        file = found.get(number)
        if file is None:
            raise InvalidRequest(
                f"No such file: '{number[:64]}'",
                code="resource_missing",
                param=f"evidence[{name}]",
            )
        if file.purpose != PURPOSE:
            raise InvalidRequest(
                f"{number} was uploaded for {file.purpose}: upload it for {PURPOSE}.",
                param=f"evidence[{name}]",
            )
