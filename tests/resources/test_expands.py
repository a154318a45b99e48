"""What can be expanded is what the surface says, down to embedded hashes and lists."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.resources.office import ROUTES
from tests.resources.shapes import SURFACE

NOT_SHOWN = {
    "account": ("settings.invoices.",),
    "charge": ("outcome.", "payment_method_details.", "refunds.", "transfer_data."),
    "confirmation_token": ("payment_method_preview.",),
    "checkout.session": (
        "automatic_tax.",
        "invoice_creation.",
        "shipping_cost.",
        "shipping_options.",
    ),
    "customer": ("sources.", "subscriptions.", "tax_ids."),
    "customer_balance_transaction": ("checkout_session", "credit_note", "invoice"),
    "customer_cash_balance_transaction": ("adjusted_for_overdraft.", "transferred_to_balance."),
    "invoiceitem": ("test_clock",),
    "invoice": (
        "account_tax_ids",
        "automatic_tax.",
        "from_invoice.",
        "issuer.",
        "latest_revision",
        "payments.",
        "shipping_cost.",
        "test_clock",
        "total_pretax_credit_amounts.",
    ),
    "invoice_payment": ("payment.charge", "payment.payment_record"),
    "line_item": ("pretax_credit_amounts.",),
    "payment_intent": ("last_payment_error.", "payment_method_options.", "payment_record"),
    "payment_method": ("card.", "card_present.", "interac_present."),
    "setup_attempt": ("payment_method_details.",),
    "payment_link": (
        "application",
        "automatic_tax.",
        "invoice_creation.",
        "shipping_options.",
        "subscription_data.",
    ),
    "product": ("tax_code",),
    "subscription": (
        "automatic_tax.",
        "cancellation_details.",
        "invoice_settings.",
        "pending_setup_intent",
        "pending_update.",
        "schedule",
        "test_clock",
    ),
    "token": ("card.",),
}
"""Parts of objects that are always empty here, so that there is nothing in them to expand."""

DEEPER = {"items.data.price.product"}
"""What reaches through one object into another."""


def paths(shape: Any, known: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    known = {**known, **shape.get("nested", {})}
    for name, (kind, _) in shape["fields"].items():
        if isinstance(kind, dict):
            ((word, inner),) = kind.items()
            of_ids = isinstance(inner, dict) and "exp" in inner
            if word == "exp" or (word == "list" and of_ids):
                yield name
            elif word == "list" and depth == 0 and (shown := known.get(str(inner)[1:])):
                yield from (f"{name}.{path}" for path in paths(shown, known, 1))
            elif word == "page" and depth == 0:
                for each in inner.get("union", [inner]) if isinstance(inner, dict) else [inner]:
                    shown = known.get(each[1:], {"fields": {}})
                    yield from (f"{name}.data.{path}" for path in paths(shown, known, 1))
        elif (shown := known.get(kind[1:])) and (not depth or shown is not SURFACE.get(kind[1:])):
            yield from (f"{name}.{path}" for path in paths(shown, known, 1))


def test_everything_expandable_is_declared() -> None:
    names = {
        shape["fields"]["object"][0]["enum"][0]: name
        for name, shape in SURFACE.items()
        if "enum" in shape["fields"].get("object", [()])[0] and not name.startswith("v2.")
    }
    served = {each.resource.kind(): each.resource for each in ROUTES}
    checked = {kind: names[kind] for kind in served if kind in names}
    assert len(checked) > 8
    for kind, name in checked.items():
        expands = set(paths(SURFACE[name], SURFACE))
        declared = served[kind].expands.keys()
        assert declared - DEEPER <= expands, kind
        left = {path for path in expands - declared if not path.startswith(NOT_SHOWN.get(kind, ()))}
        assert not left, kind
