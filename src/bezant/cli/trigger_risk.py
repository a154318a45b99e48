"""What leads to the events of disputes, of warnings of fraud and of reviews."""

from collections.abc import Mapping

from bezant.cli.trigger_scene import Act, Object, Outcome, Scene


async def _disputed(scene: Scene, card: str = "createDispute") -> Object:
    """Let a card be charged whose holder always disputes it, and have what that takes."""
    await scene.topup()
    paid = await scene.payment(card)
    return await _first(scene, "/v1/disputes", paid["latest_charge"])


async def _first(scene: Scene, path: str, charge: str) -> Object:
    found = await scene.until(
        scene.remote, path, lambda listed: bool(listed["data"]), charge=charge
    )
    return found["data"][0]


async def _dispute_opened(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _disputed(scene))["id"])


async def _dispute_updated(scene: Scene) -> Outcome:
    dispute = await _disputed(scene)
    await scene.remote.post(f"/v1/disputes/{dispute['id']}", **{"metadata[seen]": "yes"})
    return Outcome(scene.remote, dispute["id"])


async def _dispute_closed(scene: Scene) -> Outcome:
    dispute = await _disputed(scene, "createDisputeInquiry")
    await scene.remote.post(f"/v1/disputes/{dispute['id']}/close")
    return Outcome(scene.remote, dispute["id"])


async def _dispute_won(scene: Scene) -> Outcome:
    path = f"/v1/disputes/{(await _disputed(scene))['id']}"
    await scene.remote.post(path, **{"evidence[uncategorized_text]": "winning_evidence"})
    won = await scene.status(scene.remote, path, "won")
    return Outcome(scene.remote, won["id"])


async def _warning(scene: Scene) -> Object:
    paid = await scene.payment("createIssuerFraudRecord")
    return await _first(scene, "/v1/radar/early_fraud_warnings", paid["latest_charge"])


async def _warning_created(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _warning(scene))["id"])


async def _warning_updated(scene: Scene) -> Outcome:
    warning = await _warning(scene)
    await scene.remote.post("/v1/refunds", charge=warning["charge"])
    return Outcome(scene.remote, warning["id"])


async def _review(scene: Scene) -> str:
    return (await scene.payment("riskLevelElevated"))["review"]


async def _review_opened(scene: Scene) -> Outcome:
    return Outcome(scene.remote, await _review(scene))


async def _review_closed(scene: Scene) -> Outcome:
    name = await _review(scene)
    await scene.remote.post(f"/v1/reviews/{name}/approve")
    return Outcome(scene.remote, name)


RISK_ACTS: Mapping[str, Act] = {
    "charge.dispute.closed": Act("An inquiry is given up.", _dispute_closed),
    "charge.dispute.created": Act("A cardholder disputes a payment.", _dispute_opened),
    "charge.dispute.funds_reinstated": Act("A dispute is won.", _dispute_won),
    "charge.dispute.funds_withdrawn": Act("A dispute takes its money.", _dispute_opened),
    "charge.dispute.updated": Act("A dispute gets metadata.", _dispute_updated),
    "radar.early_fraud_warning.created": Act(
        "An issuer believes that a payment is a fraud.", _warning_created
    ),
    "radar.early_fraud_warning.updated": Act(
        "A payment that was warned of is given back.", _warning_updated
    ),
    "review.closed": Act("A payment that was to be looked at is approved.", _review_closed),
    "review.opened": Act("A payment of elevated risk is to be looked at.", _review_opened),
}
"""What leads to the events of disputes, of warnings of fraud and of reviews."""
