"""Balance transactions: each type is one that clients know, and has its category in reports."""

import ast
from collections.abc import Iterator
from pathlib import Path

import bezant
from bezant.resources.core.balance_transactions import REPORTING_CATEGORIES
from tests.resources.shapes import SURFACE

SOURCES = Path(bezant.__file__).parent / "resources"
RECORDERS = {"given_up": 1, "record": 1, "record_apart": 2, "recorded": 1, "transaction": 1}
"""Functions that make them, and which argument is the type."""
STRIPE = {
    "adjustment": "other_adjustment",
    "advance": "advance",
    "advance_funding": "advance_funding",
    "application_fee": "platform_earning",
    "application_fee_refund": "platform_earning_refund",
    "charge": "charge",
    "connect_collection_transfer": "connect_collection_transfer",
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "payment_refund": "refund",
    "payout": "payout",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "payout_minimum_balance_hold": "payout_minimum_balance_hold",
    "payout_minimum_balance_release": "payout_minimum_balance_release",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "reserve_hold": "risk_reserved_funds",
    "reserve_release": "risk_reserved_funds",
    "reserve_transaction": "connect_reserved_funds",
    "stripe_fee": "fee",
    "topup": "topup",
    "topup_reversal": "topup_reversal",
    "transfer": "transfer",
    "transfer_cancel": "transfer_reversal",
    "transfer_failure": "transfer_reversal",
    "transfer_refund": "transfer_reversal",
}
"""Stripe, "Reporting categories": an adjustment of a dispute has that one's category instead."""


def made() -> Iterator[str]:
    """Yield the types that the sources name where they make balance transactions."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                kind = node.args[RECORDERS[name] :][:1] if name in RECORDERS else []
                for each in ast.walk(ast.Tuple(kind)):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield each.value


def test_every_type_that_is_made_has_its_category() -> None:
    types = set(made())
    assert {"payment", "payment_refund", "reserve_hold", "topup"} <= types
    assert sorted(types - REPORTING_CATEGORIES.keys()) == []


def test_the_categories_are_those_of_stripe() -> None:
    known = SURFACE["BalanceTransaction"]["fields"]["type"][0]["enum"]
    assert sorted(REPORTING_CATEGORIES.keys() - set(known)) == []
    assert {kind: STRIPE.get(kind) for kind in REPORTING_CATEGORIES} == REPORTING_CATEGORIES


def test_the_guide_has_every_type() -> None:
    guide = (Path(bezant.__file__).parents[2] / "docs" / "guides" / "balance.md").read_text("utf-8")
    rows = [line.split(" | ")[:2] for line in guide.splitlines() if line.startswith("| `")]
    told = {kind.strip("| `"): category.strip("`") for kind, category in rows}
    assert told == dict(REPORTING_CATEGORIES)
