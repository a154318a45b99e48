"""An explanation: a tree of what things are, what is known of them, and what they led to."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from bezant.kernel.currency import format_amount
from bezant.kernel.errors import MalformedId
from bezant.kernel.ids import parse
from bezant.kernel.money import Money

KINDS = {
    "acct": ("account",),
    "ba": ("external_account", "bank_account"),
    "bf": ("bank_file",),
    "bsl": ("bank_statement_line",),
    "bst": ("bank_statement",),
    "cbtxn": ("customer_balance_transaction",),
    "ccsbtxn": ("customer_cash_balance_transaction",),
    "cct": ("connect_collection_transfer",),
    "ch": ("charge",),
    "cs": ("checkout.session",),
    "cset": ("card_settlement",),
    "ctoken": ("confirmation_token",),
    "cus": ("customer",),
    "dp": ("dispute",),
    "fee": ("application_fee",),
    "fr": ("fee_refund",),
    "ii": ("invoiceitem",),
    "in": ("invoice",),
    "inpay": ("invoice_payment",),
    "issfr": ("radar.early_fraud_warning",),
    "lac": ("ledger.account",),
    "mandate": ("mandate",),
    "mv": ("movement",),
    "person": ("person",),
    "pi": ("payment_intent",),
    "plink": ("payment_link",),
    "pm": ("payment_method",),
    "po": ("payout",),
    "price": ("price",),
    "prod": ("product",),
    "prv": ("review",),
    "py": ("charge",),
    "pyr": ("refund",),
    "re": ("refund",),
    "reshold": ("reserve.hold",),
    "resplan": ("reserve.plan",),
    "resrel": ("reserve.release",),
    "rtx": ("reserve_transaction",),
    "setatt": ("setup_attempt",),
    "seti": ("setup_intent",),
    "si": ("subscription_item",),
    "sub": ("subscription",),
    "tr": ("transfer",),
    "trr": ("transfer_reversal",),
    "tu": ("topup",),
    "txn": ("balance_transaction",),
    "we": ("webhook_endpoint",),
}
"""Kinds of object by the prefix of their ids."""


class Node(Struct):
    """One thing in an explanation: what it is, what there is to know of it, what it led to."""

    title: str
    facts: list[str] = field(default_factory=list[str])
    children: "list[Node]" = field(default_factory=list["Node"])


def told(body: dict[str, Any]) -> list[str]:
    """Return what an object says of itself in a few words, and which others it names."""
    said: list[str] = []
    if isinstance(body.get("amount"), int) and isinstance(body.get("currency"), str):
        said.append(format_amount(Money(body["amount"], body["currency"])))
    plain = ("status", "failure_code", "failure_message", "reason", "type")
    said += [f"{name}: {body[name]}" for name in plain if isinstance(body.get(name), str)]
    named = (name for name, value in body.items() if name != "id" and _is_id(value))
    return [*said, *(f"{name}: {body[name]}" for name in named)]


def time_of(moment: datetime) -> str:
    """Return a moment as it is told."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _is_id(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return parse(value).prefix in KINDS
    except MalformedId:
        return False
