"""What leads to each event: calls of the API, and what the simulated bank does of itself."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bezant.cli.trigger_accounts import ACCOUNT_ACTS, ACCOUNTS_LATER
from bezant.cli.trigger_billing import BILLING_ACTS, BILLING_LATER
from bezant.cli.trigger_checkout import CHECKOUT_ACTS
from bezant.cli.trigger_coupons import COUPON_ACTS
from bezant.cli.trigger_movements import MOVEMENT_ACTS
from bezant.cli.trigger_payments import PAYMENT_ACTS
from bezant.cli.trigger_reserves import RESERVE_ACTS
from bezant.cli.trigger_risk import RISK_ACTS
from bezant.cli.trigger_scene import (
    ROUTING,
    SENDS_BACK,
    TAKES,
    Act,
    Object,
    Outcome,
    Scene,
    bank,
)
from bezant.cli.trigger_setup import SETUP_ACTS
from bezant.cli.trigger_subscriptions import SUBSCRIPTION_ACTS

ACTS: dict[str, Act] = {
    **ACCOUNT_ACTS,
    **BILLING_ACTS,
    **PAYMENT_ACTS,
    **CHECKOUT_ACTS,
    **COUPON_ACTS,
    **MOVEMENT_ACTS,
    **RESERVE_ACTS,
    **RISK_ACTS,
    **SETUP_ACTS,
    **SUBSCRIPTION_ACTS,
}
"""Every event that can be triggered."""
ONLY_LATER: Mapping[str, str] = {
    **ACCOUNTS_LATER,
    **BILLING_LATER,
    "balance.available": "what is pending must have become available, on its day",
    "charge.expired": "what is held by a card must not be captured for a week",
    "api.error_spike": "errors of a kind must jump above what was usual for an hour",
    "payout.reconciliation_completed": "an automatic payout must have been made on its day",
    "refund.failed": "a cardholder's bank must have sent a refund back, which takes a day",
    "reporting.report_run.failed": "the server must be unable to make a report",
    "reserve.plan.expired": "the last day of a reserve plan must have come",
    "topup.reversed": "somebody must have got back what was claimed for a top-up",
    "webhook_endpoint.disabled": "an endpoint must have taken nothing for three days",
}
"""Events that nobody can bring about by the API, and what must have happened."""


def act(
    name: str, how: str
) -> Callable[[Callable[[Scene], Awaitable[Outcome]]], Callable[[Scene], Awaitable[Outcome]]]:
    """Put a function among the acts."""

    def add(play: Callable[[Scene], Awaitable[Outcome]]) -> Callable[[Scene], Awaitable[Outcome]]:
        ACTS[name] = Act(how, play)
        return play

    return add


@act("account.updated", "An account is opened and its e-mail changed.")
async def account_updated(scene: Scene) -> Outcome:
    seller = await scene.seller()
    await scene.remote.post(f"/v1/accounts/{seller['id']}", email="new@example.com")
    return Outcome(scene.remote.acting_for(seller["id"]), seller["id"])


@act("account.external_account.created", "An account gets another bank account.")
async def external_account_created(scene: Scene) -> Outcome:
    seller, added = await _external_account(scene)
    return Outcome(scene.remote.acting_for(seller), added["id"])


@act("account.external_account.updated", "An account's other bank account is changed.")
async def external_account_updated(scene: Scene) -> Outcome:
    seller, added = await _external_account(scene)
    path = f"/v1/accounts/{seller}/external_accounts/{added['id']}"
    await scene.remote.post(path, **{"metadata[note]": "changed"})
    return Outcome(scene.remote.acting_for(seller), added["id"])


@act("account.external_account.deleted", "An account's other bank account is removed.")
async def external_account_deleted(scene: Scene) -> Outcome:
    seller, added = await _external_account(scene)
    await scene.remote.delete(f"/v1/accounts/{seller}/external_accounts/{added['id']}")
    return Outcome(scene.remote.acting_for(seller), added["id"])


@act("customer.created", "A customer is taken in.")
async def customer_created(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await scene.customer())["id"])


@act("customer.updated", "A customer's name is changed.")
async def customer_updated(scene: Scene) -> Outcome:
    customer = await scene.customer()
    await scene.remote.post(f"/v1/customers/{customer['id']}", name="Ada Changed")
    return Outcome(scene.remote, customer["id"])


@act("customer.deleted", "A customer is deleted.")
async def customer_deleted(scene: Scene) -> Outcome:
    customer = await scene.customer()
    await scene.remote.delete(f"/v1/customers/{customer['id']}")
    return Outcome(scene.remote, customer["id"])


@act("customer_cash_balance_transaction.created", "A customer sends money to its cash balance.")
async def cash_balance_funded(scene: Scene) -> Outcome:
    customer = await scene.customer()
    path = f"/v1/test_helpers/customers/{customer['id']}/fund_cash_balance"
    made = await scene.remote.post(path, amount=1_000, currency="usd")
    return Outcome(scene.remote, made["id"])


@act("customer.tax_id.created", "A customer's tax id is noted.")
async def tax_id_created(scene: Scene) -> Outcome:
    customer = await scene.customer()
    path = f"/v1/customers/{customer['id']}/tax_ids"
    made = await scene.remote.post(path, type="eu_vat", value="DE123456789")
    return Outcome(scene.remote, made["id"])


@act("customer.tax_id.deleted", "A customer's tax id is removed.")
async def tax_id_deleted(scene: Scene) -> Outcome:
    customer = await scene.customer()
    path = f"/v1/customers/{customer['id']}/tax_ids"
    made = await scene.remote.post(path, type="eu_vat", value="DE123456789")
    await scene.remote.delete(f"{path}/{made['id']}")
    return Outcome(scene.remote, made["id"])


@act("customer.source.created", "A customer's card is kept.")
async def source_created(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _source(scene))[1])


@act("customer.source.updated", "The name on a customer's card is changed.")
async def source_updated(scene: Scene) -> Outcome:
    path, name = await _source(scene)
    await scene.remote.post(f"{path}/{name}", name="Ada Changed")
    return Outcome(scene.remote, name)


@act("customer.source.deleted", "A customer's card is let go.")
async def source_deleted(scene: Scene) -> Outcome:
    path, name = await _source(scene)
    await scene.remote.delete(f"{path}/{name}")
    return Outcome(scene.remote, name)


async def _source(scene: Scene) -> tuple[str, str]:
    """Keep a card; returns where a customer's cards are, and its id."""
    path = f"/v1/customers/{(await scene.customer())['id']}/sources"
    return path, (await scene.remote.post(path, source="tok_visa"))["id"]


@act("topup.created", "Money is announced.")
async def topup_created(scene: Scene) -> Outcome:
    made = await scene.remote.post("/v1/topups", amount=5_000, currency="usd")
    return Outcome(scene.remote, made["id"])


@act("topup.succeeded", "Money is announced, and the simulated bank receives it.")
async def topup_succeeded(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await scene.topup())["id"])


@act("topup.canceled", "Money is announced, and the announcement taken back.")
async def topup_canceled(scene: Scene) -> Outcome:
    made = await scene.remote.post("/v1/topups", amount=5_000, currency="usd")
    await scene.remote.post(f"/v1/topups/{made['id']}/cancel")
    return Outcome(scene.remote, made["id"])


@act("transfer.created", "Money comes in and is transferred to a new account.")
async def transfer_created(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await scene.transfer())["id"])


@act("transfer.updated", "A transfer's metadata is changed.")
async def transfer_updated(scene: Scene) -> Outcome:
    transfer = await scene.transfer()
    await scene.remote.post(f"/v1/transfers/{transfer['id']}", **{"metadata[note]": "changed"})
    return Outcome(scene.remote, transfer["id"])


@act("transfer.reversed", "A transfer is taken back.")
async def transfer_reversed(scene: Scene) -> Outcome:
    transfer = await scene.transfer()
    await scene.remote.post(f"/v1/transfers/{transfer['id']}/reversals")
    return Outcome(scene.remote, transfer["id"])


@act("payout.created", "An account pays itself out.")
async def payout_created(scene: Scene) -> Outcome:
    seller, payout = await scene.payout()
    return Outcome(seller, payout["id"])


@act("payout.updated", "A payout's metadata is changed.")
async def payout_updated(scene: Scene) -> Outcome:
    seller, payout = await scene.payout()
    await seller.post(f"/v1/payouts/{payout['id']}", **{"metadata[note]": "changed"})
    return Outcome(seller, payout["id"])


@act("payout.canceled", "A payout is canceled before the bank has seen it.")
async def payout_canceled(scene: Scene) -> Outcome:
    seller, payout = await scene.payout()
    await seller.post(f"/v1/payouts/{payout['id']}/cancel")
    return Outcome(seller, payout["id"])


@act("payout.paid", "A payout goes through the simulated bank and is paid.")
async def payout_paid(scene: Scene) -> Outcome:
    seller, payout = await scene.payout()
    await scene.status(seller, f"/v1/payouts/{payout['id']}", "paid")
    return Outcome(seller, payout["id"])


@act("payout.failed", "A payout to an account that does not exist comes back.")
async def payout_failed(scene: Scene) -> Outcome:
    seller, payout = await scene.payout(SENDS_BACK)
    await scene.status(seller, f"/v1/payouts/{payout['id']}", "failed")
    return Outcome(seller, payout["id"])


@act("balance_settings.updated", "The descriptor of an account's payouts is changed.")
async def balance_settings_updated(scene: Scene) -> Outcome:
    seller = scene.remote.acting_for((await scene.seller())["id"])
    form = {"payments[payouts][statement_descriptor]": "CHANGED"}
    await seller.post("/v1/balance_settings", **form)
    return Outcome(seller, None)


@act("capability.updated", "An account gives a capability back.")
async def capability_updated(scene: Scene) -> Outcome:
    seller = await scene.seller()
    path = f"/v1/accounts/{seller['id']}/capabilities/transfers"
    await scene.remote.post(path, requested="false")
    return Outcome(scene.remote.acting_for(seller["id"]), "transfers")


@act("person.created", "An account gets an owner.")
async def person_created(scene: Scene) -> Outcome:
    seller, person = await _person(scene)
    return Outcome(scene.remote.acting_for(seller), person["id"])


@act("person.updated", "An account's owner changes the e-mail address.")
async def person_updated(scene: Scene) -> Outcome:
    seller, person = await _person(scene)
    path = f"/v1/accounts/{seller}/persons/{person['id']}"
    await scene.remote.post(path, email="new@example.com")
    return Outcome(scene.remote.acting_for(seller), person["id"])


@act("person.deleted", "An account's owner is removed.")
async def person_deleted(scene: Scene) -> Outcome:
    seller, person = await _person(scene)
    await scene.remote.delete(f"/v1/accounts/{seller}/persons/{person['id']}")
    return Outcome(scene.remote.acting_for(seller), person["id"])


async def _person(scene: Scene) -> tuple[str, Object]:
    seller = await scene.seller()
    owner = {"first_name": "Ada", "last_name": "Example", "relationship[owner]": "true"}
    return seller["id"], await scene.remote.post(f"/v1/accounts/{seller['id']}/persons", **owner)


@act("file.created", "A text is uploaded.")
async def file_created(scene: Scene) -> Outcome:
    made = await scene.remote.upload("/v1/files", b"%PDF-1.4\n%%EOF\n", purpose="dispute_evidence")
    return Outcome(scene.remote, made["id"])


@act("ledger.account.created", "An account of the ledger is opened.")
async def ledger_account_created(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _ledger_account(scene))["id"])


@act("ledger.account.updated", "An account of the ledger is described otherwise.")
async def ledger_account_updated(scene: Scene) -> Outcome:
    made = await _ledger_account(scene)
    await scene.remote.post(f"/v1/ledger/accounts/{made['id']}", description="Changed")
    return Outcome(scene.remote, made["id"])


@act("ledger.account.closed", "An account of the ledger is closed.")
async def ledger_account_closed(scene: Scene) -> Outcome:
    made = await _ledger_account(scene)
    await scene.remote.post(f"/v1/ledger/accounts/{made['id']}/close")
    return Outcome(scene.remote, made["id"])


@act("payment_method.attached", "A customer keeps a payment method.")
async def payment_method_attached(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _attached(scene))["id"])


@act("payment_method.updated", "A customer's payment method is changed.")
async def payment_method_updated(scene: Scene) -> Outcome:
    made = await _attached(scene)
    form = {"metadata[note]": "changed"}
    await scene.remote.post(f"/v1/payment_methods/{made['id']}", **form)
    return Outcome(scene.remote, made["id"])


@act("payment_method.detached", "A customer lets a payment method go.")
async def payment_method_detached(scene: Scene) -> Outcome:
    made = await _attached(scene)
    await scene.remote.post(f"/v1/payment_methods/{made['id']}/detach")
    return Outcome(scene.remote, made["id"])


@act("reporting.report_run.succeeded", "A balance summary is made.")
async def report_run_succeeded(scene: Scene) -> Outcome:
    kind = "balance.summary.1"
    known = await scene.remote.get(f"/v1/reporting/report_types/{kind}")
    form: dict[str, Any] = {
        "report_type": kind,
        "parameters[interval_start]": known["data_available_start"],
        "parameters[interval_end]": known["data_available_end"],
    }
    made = await scene.remote.post("/v1/reporting/report_runs", **form)
    path = f"/v1/reporting/report_runs/{made['id']}"
    return Outcome(scene.remote, (await scene.status(scene.remote, path, "succeeded"))["id"])


@act("test_helpers.test_clock.created", "The time of test mode is frozen for a moment.")
async def test_clock_created(scene: Scene) -> Outcome:
    return Outcome(scene.remote, await _clock(scene, advance=False))


@act("test_helpers.test_clock.advancing", "The time of test mode is moved on by two seconds.")
async def test_clock_advancing(scene: Scene) -> Outcome:
    return Outcome(scene.remote, await _clock(scene, advance=True))


@act("test_helpers.test_clock.ready", "A moved test clock arrives.")
async def test_clock_ready(scene: Scene) -> Outcome:
    return Outcome(scene.remote, await _clock(scene, advance=True))


@act("test_helpers.test_clock.deleted", "The time of test mode is frozen and let go.")
async def test_clock_deleted(scene: Scene) -> Outcome:
    return Outcome(scene.remote, await _clock(scene, advance=False))


@act("v2.core.event_destination.ping", "A destination is sent a ping.")
async def ping(scene: Scene) -> Outcome:
    made = await scene.remote.post_json(
        "/v2/core/event_destinations",
        name="Made by bezant trigger",
        type="webhook_endpoint",
        event_payload="thin",
        enabled_events=["v2.core.event_destination.ping"],
        webhook_endpoint={"url": "http://127.0.0.1:4243/"},
    )
    await scene.remote.post_json(f"/v2/core/event_destinations/{made['id']}/ping")
    return Outcome(scene.remote, made["id"])


async def _ledger_account(scene: Scene) -> Object:
    owner = await scene.customer()  # Names of ledger accounts are taken once.
    form = {"name": f"till/{owner['id']}", "currency": "usd", "normal_balance": "debit"}
    return await scene.remote.post("/v1/ledger/accounts", **form)


async def _attached(scene: Scene) -> Object:
    """Let a customer keep a bank account as a payment method."""
    customer = await scene.customer()
    form = {
        "type": "us_bank_account",
        "us_bank_account[account_holder_type]": "individual",
        "us_bank_account[routing_number]": ROUTING,
        "us_bank_account[account_number]": TAKES,
        "billing_details[name]": "Ada Example",
    }
    made = await scene.remote.post("/v1/payment_methods", **form)
    path = f"/v1/payment_methods/{made['id']}/attach"
    return await scene.remote.post(path, customer=customer["id"])


async def _clock(scene: Scene, *, advance: bool) -> str:
    """Hold the time of test mode by a test clock, perhaps move it on, and let it go."""
    now = (await scene.customer())["created"]
    clocks = "/v1/test_helpers/test_clocks"
    made = await scene.remote.post(clocks, frozen_time=now + 2)
    path = f"{clocks}/{made['id']}"
    await scene.status(scene.remote, path, "ready")
    if advance:
        await scene.remote.post(f"{path}/advance", frozen_time=now + 4)
        await scene.status(scene.remote, path, "ready")
    await scene.remote.delete(path)
    return made["id"]


async def _external_account(scene: Scene) -> tuple[str, Object]:
    """Open an account and give it a second bank account."""
    seller = await scene.seller()
    form = {f"external_account[{name}]": value for name, value in bank("000987654321").items()}
    path = f"/v1/accounts/{seller['id']}/external_accounts"
    return seller["id"], await scene.remote.post(path, **form)
