"""Disputes by card: whose money moves, when it comes back, and what may be said about it."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from bezant.api.context import Caller
from bezant.kernel.money import Money
from bezant.ledger.book import book_of
from bezant.rail.cards import About, Decided, Disputed
from bezant.resources.core.fee_plans import plans_of
from bezant.resources.payments import dispute_money
from bezant.resources.payments.dispute_told import decided
from bezant.resources.payments.dispute_told import disputed as told
from tests.payments.cards import Shop, adjustments, days_pass
from tests.payments.till import Till
from tests.resources.office import Office

FEE = 1_500


def settled(shop: Shop) -> None:
    """Nothing is left of what the network owed: its own books say the same as ours."""
    days_pass(shop.office)
    assert "incoming:cards" not in shop.ledger()


def test_a_dispute_takes_the_money_and_a_win_brings_it_back(shop: Shop):
    dispute = shop.disputed()
    assert (dispute["status"], dispute["reason"]) == ("needs_response", "fraudulent")
    assert dispute["network_reason_code"] == "10.4"
    assert dispute["payment_method_details"]["card"]["case_type"] == "chargeback"
    (taken,) = dispute["balance_transactions"]
    assert (taken["amount"], taken["fee"], taken["type"]) == (-10_000, FEE, "adjustment")
    assert taken["source"] == dispute["id"]
    assert not dispute["is_charge_refundable"]
    assert shop.ledger()["available"] == -10_000 - FEE
    charge = shop.get(f"/v1/charges/{dispute['charge']}")
    assert charge["disputed"]
    assert shop.refused("/v1/refunds", charge=charge["id"])["code"] == "charge_disputed"
    settled(shop)
    won = shop.answer(dispute, "winning_evidence")
    assert (won["status"], won["evidence_details"]["submission_count"]) == ("won", 1)
    assert [each["amount"] for each in won["balance_transactions"]] == [-10_000, 10_000]
    assert shop.adjustments() == [(-10_000, FEE, "dispute"), (10_000, 0, "dispute_reversal")]
    assert shop.ledger()["available"] == -FEE
    settled(shop)
    assert shop.events("charge.dispute.") == [
        "created", "funds_withdrawn", "updated", "closed", "funds_reinstated",
    ]  # fmt: skip
    assert won["is_charge_refundable"]
    assert shop.post("/v1/refunds", charge=charge["id"])["amount"] == 10_000


def given_up(shop: Shop, dispute: Any) -> None:
    assert shop.post(f"/v1/disputes/{dispute['id']}/close")["status"] == "lost"


def forgotten(shop: Shop, dispute: Any) -> None:
    shop.office.pass_time(days=21)
    shop.office.work()
    late = shop.get(f"/v1/disputes/{dispute['id']}")
    assert (late["status"], late["evidence_details"]["past_due"]) == ("lost", False)


def losing(shop: Shop, dispute: Any) -> None:
    assert shop.answer(dispute, "losing_evidence")["status"] == "lost"


@pytest.mark.parametrize("how", [given_up, forgotten, losing])
def test_a_dispute_is_lost_once_however_it_is_lost(shop: Shop, how: Any):
    dispute = shop.disputed("createDisputeProductNotReceived")
    assert dispute["reason"] == "product_not_received"
    how(shop, dispute)
    shop.office.pass_time(days=2)
    days_pass(shop.office, 2)
    assert shop.get(f"/v1/disputes/{dispute['id']}")["status"] == "lost"
    assert shop.events("charge.dispute.").count("closed") == 1
    assert shop.adjustments() == [(-10_000, FEE, "dispute")]
    assert "incoming:cards" not in shop.ledger()
    path = f"/v1/disputes/{dispute['id']}"
    assert "any more" in shop.refused(path, evidence={"customer_name": "A"})["message"]
    assert shop.post(path, metadata={"a": "b"})["metadata"] == {"a": "b"}
    assert shop.refused("/v1/refunds", charge=dispute["charge"])["code"] == "charge_disputed"


def test_an_inquiry_moves_no_money_until_it_is_escalated(shop: Shop):
    dispute = shop.disputed("createDisputeInquiry")
    assert (dispute["status"], dispute["balance_transactions"]) == ("warning_needs_response", [])
    assert dispute["is_charge_refundable"]
    assert "available" not in shop.ledger()
    first = shop.answer(dispute, "escalate_inquiry_evidence")
    assert (first["status"], first["evidence_details"]["submission_count"]) == ("needs_response", 1)
    assert shop.ledger()["available"] == -10_000 - FEE
    assert shop.answer(first, "winning_evidence")["status"] == "won"
    settled(shop)
    assert shop.events("charge.dispute.") == [
        "created", "updated", "updated", "funds_withdrawn", "updated", "closed",
        "funds_reinstated",
    ]  # fmt: skip


def test_an_inquiry_ends_when_it_is_closed_and_its_payment_may_go_back(shop: Shop):
    dispute = shop.disputed("createDisputeInquiry")
    path = f"/v1/disputes/{dispute['id']}"
    assert shop.post("/v1/refunds", charge=dispute["charge"])["status"] == "succeeded"
    assert not shop.get(path)["is_charge_refundable"]
    assert shop.post(f"{path}/close")["status"] == "warning_closed"
    days_pass(shop.office, 2)
    assert shop.get(path)["status"] == "warning_closed"
    assert shop.events("charge.dispute.") == ["created", "updated", "closed"]
    assert shop.adjustments() == []


def test_a_payment_may_be_disputed_in_parts(shop: Shop):
    charge = shop.pay("createMultipleDisputes", 10_001)
    days_pass(shop.office, 2)
    found = shop.get("/v1/disputes", payment_intent=charge["payment_intent"])["data"]
    assert sorted(each["amount"] for each in found) == [5_000, 5_001]
    fraud = next(each for each in found if each["reason"] == "fraudulent")
    assert shop.answer(fraud, "winning_evidence")["status"] == "won"
    settled(shop)
    refused = shop.refused("/v1/refunds", charge=charge["id"], amount=fraud["amount"] + 1)
    assert refused["code"] == "charge_disputed"
    assert shop.post("/v1/refunds", charge=charge["id"])["amount"] == fraud["amount"]


def test_what_has_gone_back_is_not_taken_again(shop: Shop):
    charge = shop.pay("createDispute")
    shop.office.work()
    shop.post("/v1/refunds", charge=charge["id"], amount=3_000)
    days_pass(shop.office, 2)
    (dispute,) = shop.get("/v1/disputes", charge=charge["id"])["data"]
    assert dispute["amount"] == 7_000
    whole = shop.pay("createDispute")
    shop.office.work()
    shop.post("/v1/refunds", charge=whole["id"])
    days_pass(shop.office, 2)
    assert shop.get("/v1/disputes", charge=whole["id"])["data"] == []
    assert "incoming:cards" not in shop.ledger()


def test_the_account_that_was_paid_bears_it(shop: Shop):
    """Direct charges are disputed at the account's cost, all others at the platform's."""
    office = shop.office
    before = office.ledger().get("available", 0)
    direct = shop.disputed(application_fee_amount=1_500)
    assert shop.ledger()["available"] == -10_000 - FEE
    assert office.ledger().get("available", 0) == before
    assert direct["id"] not in office.listed("/v1/disputes")
    made = office.post(
        "/v1/payment_intents", amount=10_000, currency="usd", confirm=True,
        payment_method="pm_card_createDispute", transfer_data={"destination": shop.account},
    )  # fmt: skip
    days_pass(office)
    (dispute,) = office.get("/v1/disputes", payment_intent=made["id"])["data"]
    assert dispute["charge"] == made["latest_charge"]
    assert office.ledger()["available"] == before - 10_000 - FEE
    assert shop.ledger()["available"] == -10_000 - FEE
    charge = office.get(f"/v1/charges/{made['latest_charge']}", expand=["transfer"])
    assert charge["transfer"]["amount_reversed"] == 0
    back = f"/v1/transfers/{charge['transfer']['id']}/reversals"
    assert office.post(back, amount=10_000)["amount"] == 10_000


def test_a_report_says_which_payment_was_disputed_and_why(shop: Shop):
    shop.office.pass_time(days=1)
    dispute = shop.disputed("createDisputeProductNotReceived")
    shop.office.pass_time(seconds=1)
    now = int(shop.office.clock.now().timestamp())
    columns = ["gross", "fee", "reporting_category", "source_id", "charge_id", "dispute_reason"]
    made = shop.post(
        "/v1/reporting/report_runs",
        report_type="balance_change_from_activity.itemized.3",
        parameters={"interval_start": now - 60, "interval_end": now, "columns": columns},
    )
    shop.office.work()
    done = shop.get(f"/v1/reporting/report_runs/{made['id']}")
    path = done["result"]["url"].removeprefix("https://pay.example.com")
    text = shop.office.run(shop.office.send("GET", path, account=shop.account, raw=True)).text
    charge, name = dispute["charge"], dispute["id"]
    assert [line.split(",") for line in text.split()][1:] == [
        ["100.00", "3.20", "charge", charge, charge, ""],
        ["-100.00", "15.00", "dispute", name, charge, "product_not_received"],
    ]


def test_the_platform_pays_the_fee_where_it_pays_for_payments(
    mall: Office, monkeypatch: pytest.MonkeyPatch
):
    controller = {"fees": {"payer": "application"}, "losses": {"payments": "application"},
                  "requirement_collection": "application",
                  "stripe_dashboard": {"type": "none"}}  # fmt: skip
    before = mall.ledger().get("available", 0)
    asked = {"card_payments": {"requested": True}, "transfers": {"requested": True}}
    made = mall.post("/v1/accounts", controller=controller, capabilities=asked)
    shop = Shop(mall, made["id"])
    dispute = shop.disputed()
    assert dispute["balance_transactions"][0]["fee"] == 0
    assert shop.ledger()["available"] == -10_000
    assert mall.ledger()["available"] == before - FEE
    shop.answer(dispute, "winning_evidence")
    assert shop.ledger().get("available", 0) == 0
    assert mall.ledger()["available"] == before - FEE
    # Where a win gives the fee back, whoever has paid it has it again.
    kind = plans_of(mall.runtime)
    standard = replace(kind.plans["standard"], dispute_fee_returned=True)
    plans = replace(kind, plans={**kind.plans, "standard": standard})
    monkeypatch.setattr(dispute_money, "plans_of", lambda _runtime: plans)
    shop.answer(shop.disputed(), "winning_evidence")
    assert mall.ledger()["available"] == before - FEE
    other = Shop(mall)
    other.answer(other.disputed(), "winning_evidence")
    assert other.ledger().get("available", 0) == 0
    assert other.adjustments() == [(-10_000, FEE, "dispute"), (10_000, -FEE, "dispute_reversal")]


def test_notices_that_come_twice_change_nothing_more(till: Till):
    paid = till.pay(3_333, currency="eur")
    about = About(till.platform, till.platform, paid["latest_charge"])
    rest = {"case": "77", "about": about, "amount": Money(3_333, "eur"), "on": date(2026, 3, 3)}
    opened = Disputed(
        acquirer_reference="arn",
        stage="chargeback",
        network_reason="13.1",
        reason="product_not_received",
        respond_by=date(2026, 3, 23),
        **rest,
    )
    for _ in range(2):
        hear(till, told, opened)
    (taken,) = adjustments(till)
    worth = till.get("/v1/balance_transactions", type="charge")["data"][0]["amount"]
    assert taken == (-worth, FEE, "dispute")
    for _ in range(2):
        hear(till, decided, Decided(won=True, **rest))
    assert adjustments(till)[1:] == [(worth, 0, "dispute_reversal")]
    assert till.dues() == {}
    own = till.balances(book_of("house", livemode=False), "eur")
    assert own["position"] == 3_333
    hear(till, decided, Decided(won=False, **rest))
    assert till.get("/v1/disputes")["data"][0]["status"] == "won"
    hear(till, told, Disputed(**{**as_dict(opened), "about": About("", till.platform, "ch_none")}))


def hear(till: Till, handler: Any, notice: Any) -> None:
    """Let the acquirer's file bring something up."""

    async def work() -> None:
        ctx = till.context(Caller(till.platform, till.platform, livemode=False))
        await handler(ctx, notice)
        await ctx.write()

    till.run(work())


def as_dict(notice: Any) -> dict[str, Any]:
    return {name: getattr(notice, name) for name in notice.__struct_fields__}


def test_a_refund_that_a_dispute_overtakes_is_called_back(till: Till):
    """The acquirer has given it back already when the dispute is heard of: it is undone there."""
    paid = till.pay(1_000)
    till.work_off()
    real = till.acquirer.ask

    async def overtaken(request: Any) -> Any:
        answer = await real(request)
        if request.act == "refund":
            till.acquirer.ask = real
            ctx = till.context(Caller(till.platform, till.platform, livemode=False))
            about = About(till.platform, till.platform, paid["latest_charge"])
            await told(ctx, Disputed(
                case="1", acquirer_reference="arn", about=about, stage="chargeback",
                amount=Money(1_000, "usd"), network_reason="10.4", reason="fraudulent",
                respond_by=date(2026, 3, 23), on=date(2026, 3, 3),
            ))  # fmt: skip
            await ctx.write()
        return answer

    till.acquirer.ask = overtaken
    error = till.refused("/v1/refunds", charge=paid["latest_charge"])
    assert error["code"] == "charge_disputed"
    till.work_off()
    last = [(each.act, each.original) for each in till.acquirer.asked][-2:]
    assert [act for act, _ in last] == ["refund", "reverse"]
    assert last[1][1].endswith("/1000")
    assert till.listed("/v1/refunds") == []


def test_evidence_is_checked_and_kept_until_it_is_submitted(shop: Shop):
    dispute = shop.disputed(description="Tea")
    assert dispute["evidence"]["product_description"] == "Tea"
    assert not dispute["evidence_details"]["has_evidence"]
    path = f"/v1/disputes/{dispute['id']}"
    wrong = shop.refused(path, evidence={"receipt": shop.upload("business_logo")})
    assert wrong["param"] == "evidence[receipt]"
    receipt = shop.upload("dispute_evidence")
    staged = shop.post(path, submit=False, evidence={"receipt": receipt, "service_date": "May"})
    assert (staged["status"], staged["evidence"]["receipt"]) == ("needs_response", receipt)
    assert staged["evidence_details"]["submission_method"] == "not_submitted"
    shown = shop.get(path, expand=["evidence.receipt", "charge"])
    assert shown["evidence"]["receipt"]["purpose"] == "dispute_evidence"
    emptied = shop.post(path, submit=False, evidence={"service_date": ""})
    assert emptied["evidence"]["service_date"] is None
    for params, param in BAD:
        assert shop.refused(path, **params)["param"] == param, params
    used = {"Idempotency_Key": "d-1", "account": shop.account}
    shop.office.run(shop.office.send("POST", path, {"metadata": {"a": "b"}}, **used))
    for late, params in ((f"{path}/close", {}), (path, {"submit": True})):
        refused = shop.office.run(shop.office.send("POST", late, params, **used))
        assert refused.error["type"] == "idempotency_error", "and no network is told"
    done = shop.post(path, submit=True, evidence={"customer_name": "Ada"})
    assert (done["status"], done["evidence_details"]["submission_count"]) == ("under_review", 1)


BAD = [
    ({"evidence": {"receipt": "file_none"}}, "evidence[receipt]"),
    ({"evidence": {"appeal": "x"}}, "evidence[appeal]"),
    ({"intended_submission_method": "smart_disputes"}, "intended_submission_method"),
    ({"evidence": {"customer_name": "x" * 150_001}}, "evidence[customer_name]"),
    ({"evidence": {"customer_name": "x" * 90_000, "access_activity_log": "x" * 90_000}},
     "evidence"),
    ({"evidence": {"enhanced_evidence": {"visa_compliance": {"fee_acknowledged": True}}}},
     "evidence[enhanced_evidence][visa_compliance]"),
]  # fmt: skip


def test_enhanced_evidence_says_what_is_missing_of_it(shop: Shop):
    before = [shop.pay("createCe3EligibleDispute", 500) for _ in range(2)]
    dispute = shop.disputed("createCe3EligibleDispute")
    assert dispute["enhanced_eligibility_types"] == ["visa_compelling_evidence_3"]
    path = f"/v1/disputes/{dispute['id']}"
    same = {"customer_account_id": "ada", "customer_email_address": "ada@example.com",
            "product_description": "Tea"}  # fmt: skip

    def send(*prior: Any) -> Any:
        given = {"disputed_transaction": {**same, "merchandise_or_services": "merchandise"},
                 "prior_undisputed_transactions": list(prior)}  # fmt: skip
        sent = {"enhanced_evidence": {"visa_compelling_evidence_3": given}}
        return {"submit": False, "evidence": sent}

    refused = shop.refused(path, **send({"charge": before[0]["id"], **same}))
    assert "is disputed" in refused["message"]
    other = shop.pay("visa", 500)
    assert "card" in shop.refused(path, **send({"charge": other["id"]}))["message"]
    shown = shop.post(path, **send())["evidence_details"]["enhanced_eligibility"]
    assert shown["visa_compelling_evidence_3"] == {
        "required_actions": [
            "missing_customer_identifiers",
            "missing_prior_undisputed_transaction_description",
            "missing_prior_undisputed_transactions",
        ],
        "status": "requires_action",
    }
    compliance = shop.disputed("createComplianceDispute")
    assert compliance["enhanced_eligibility_types"] == ["visa_compliance"]
    assert compliance["payment_method_details"]["card"]["case_type"] == "compliance"
    paid = {"enhanced_evidence": {"visa_compliance": {"fee_acknowledged": True}}}
    done = shop.post(f"/v1/disputes/{compliance['id']}", submit=False, evidence=paid)
    assert done["evidence_details"]["enhanced_eligibility"]["visa_compliance"]["status"] == (
        "fee_acknowledged"
    )


def test_a_warning_of_fraud_is_actionable_until_the_money_goes(shop: Shop):
    charge = shop.pay("createIssuerFraudRecord")
    days_pass(shop.office, 2)
    (warning,) = shop.get("/v1/radar/early_fraud_warnings", charge=charge["id"])["data"]
    assert (warning["actionable"], warning["charge"]) == (True, charge["id"])
    path = "/v1/radar/early_fraud_warnings"
    assert shop.listed(path, payment_intent=charge["payment_intent"]) == [warning["id"]]
    shop.post("/v1/refunds", charge=charge["id"], amount=1)
    assert shop.get(f"{path}/{warning['id']}")["actionable"]
    shop.post("/v1/refunds", charge=charge["id"])
    assert not shop.get(f"{path}/{warning['id']}")["actionable"]
    assert shop.events("radar.early_fraud_warning.") == ["created", "updated"]
