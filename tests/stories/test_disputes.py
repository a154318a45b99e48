"""Disputes from the charge to the line on the bank's statement; afterwards nothing is left over."""

from bezant.ledger.balances import clearing_totals
from bezant.ledger.verify import verify
from bezant.server.explain import explain
from tests.conformance.town import Who, town_over

FILES = """
SELECT body::json->>'status', body::json->'warnings'
FROM object WHERE kind = 'bank_file' AND body::json->>'bank' = 'cards'
"""
LINES = "SELECT body::json->>'rule' FROM object WHERE kind = 'bank_statement_line'"


def made(node, title):
    """What an explanation says that this has led to, by how its title begins."""
    return [each for each in node.children if each.title.startswith(title)]


def titles(node):
    return [node.title, *(title for each in node.children for title in titles(each))]


def test_disputes_won_and_lost_are_explained_to_the_line_on_the_statement(
    server, template, tmp_path
):
    with town_over(server, template, "disputes_story", tmp_path) as town:
        me = Who(town.own)
        cards = {"won": "createDispute", "lost": "createDisputeProductNotReceived",
                 "warning_closed": "createDisputeInquiry", None: "visa"}  # fmt: skip
        for card in cards.values():
            paid = town.good(
                me, "POST", "/v1/payment_intents", amount=10_000, currency="usd", confirm=True,
                payment_method=f"pm_card_{card}",
            )  # fmt: skip
        refunds = {
            amount: town.good(me, "POST", "/v1/refunds", payment_intent=paid["id"], amount=amount)[
                "id"
            ]
            for amount in (1_000, 2_000)
        }
        town.pass_days(2)
        listed = town.good(me, "GET", "/v1/disputes")["data"]
        (missing,) = [each for each in listed if each["reason"] == "product_not_received"]
        found = {each["status"]: each for each in listed if each is not missing}
        assert sorted(found) == ["needs_response", "warning_needs_response"]
        for status, path, said in (
            ("needs_response", "", {"evidence": {"uncategorized_text": "winning_evidence"}}),
            ("warning_needs_response", "/close", {}),
        ):
            town.good(me, "POST", f"/v1/disputes/{found[status]['id']}{path}", **said)
        lost = {"uncategorized_text": "losing_evidence"}
        town.good(me, "POST", f"/v1/disputes/{missing['id']}", evidence=lost)
        town.pass_days(3)
        disputes = town.good(me, "GET", "/v1/disputes")["data"]
        assert sorted(each["status"] for each in disputes) == ["lost", "warning_closed", "won"]
        balance = town.good(me, "GET", "/v1/balance")["available"][0]["amount"]
        assert balance == 4 * (10_000 - 320) - 10_000 - 2 * 1_500 - 3_000
        assert {tuple(map(str, row)) for row in town.rows(FILES)} == {("read", "[]")}
        assert {rule for (rule,) in town.rows(LINES)} == {"card_settlement"}

        async def left() -> dict[str, int]:
            async with town.platform.pool.connection() as conn:
                return {each.path: each.posted for each in await clearing_totals(conn)
                        if each.posted}  # fmt: skip

        assert town.run(left()) == {}
        told = town.run(explain(town.platform.runtime, missing["payment_intent"]))
        (charge,) = made(told, "charge ch_")
        (dispute,) = made(charge, "dispute dp_")
        for one, amount in ((charge, "100.00"), (dispute, "-100.00")):
            (cleared,) = made(one, f"cleared {amount} USD on 2026-03-")
            (settled,) = made(cleared, "card settlement cset_")
            (line,) = made(settled, "bank statement line bsl_")
            assert any("matched as card_settlement" in fact for fact in line.facts)
            assert line.facts[-1].startswith("line "), "which the bank has written"
        for amount, name in refunds.items():
            (cleared,) = made(town.run(explain(town.platform.runtime, name)), "cleared ")
            assert cleared.title.startswith(f"cleared -{amount // 100}.00 USD")
            assert made(made(cleared, "card settlement ")[0], "bank statement line ")
        (changed,) = made(charge, "balance transaction txn_")
        assert "charge of 100.00 USD, less 3.20 USD in fees, is 96.80 USD" in changed.facts
        request = charge.children[0].title.removeprefix("request ")
        for name in (request, changed.title.removeprefix("balance transaction ")):
            again = town.run(explain(town.platform.runtime, name))
            assert any(missing["charge"] in title for title in titles(again)), name
        assert verify(town.url).ok
