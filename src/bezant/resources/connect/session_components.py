"""The components of account sessions: what each lets a browser do for its account; data."""

from collections.abc import Mapping
from typing import Any

from bezant.api.params import Params


class NoFeatures(Params):
    """Features of a component that has none."""


class Plain(Params):
    """A component without features."""

    enabled: bool
    features: NoFeatures | None = None


class Authenticating(Params):
    """Whether the owner proves who they are to us first."""

    disable_stripe_user_authentication: bool | None = None


class Collecting(Authenticating):
    """Whether bank accounts are asked for as well."""

    external_account_collection: bool | None = None


class Collector(Params):
    """A component that asks for something."""

    enabled: bool
    features: Collecting | None = None


class PayingOut(Collecting):
    """What may be done with a balance."""

    edit_payout_schedule: bool | None = None
    instant_payouts: bool | None = None
    standard_payouts: bool | None = None


class Payer(Params):
    """A component that shows a balance and pays it out."""

    enabled: bool
    features: PayingOut | None = None


class Disputing(Params):
    """What may be done about disputed payments."""

    destination_on_behalf_of_charge_management: bool | None = None
    dispute_management: bool | None = None
    refund_management: bool | None = None
    smart_disputes_management: bool | None = None


class Disputer(Params):
    """A component that shows disputed payments."""

    enabled: bool
    features: Disputing | None = None


class Paying(Disputing):
    """What may be done with payments."""

    capture_payments: bool | None = None


class Payments(Params):
    """A component that shows payments."""

    enabled: bool
    features: Paying | None = None


class Sending(Collecting):
    """What may be done with a financial account."""

    send_money: bool | None = None
    transfer_balance: bool | None = None


class FinancialAccount(Params):
    """A component that shows a financial account."""

    enabled: bool
    features: Sending | None = None


class Spending(Params):
    """What may be done about payments by cards of the account."""

    card_spend_dispute_management: bool | None = None


class Spent(Params):
    """A component that shows what happened on a financial account."""

    enabled: bool
    features: Spending | None = None


class Promoting(Collecting):
    """Whether payouts may be instant."""

    instant_payouts: bool | None = None


class Promotion(Params):
    """A component that offers instant payouts."""

    enabled: bool
    features: Promoting | None = None


class Issuing(Spending):
    """What may be done with cards of the account."""

    card_management: bool | None = None
    cardholder_management: bool | None = None
    spend_control_management: bool | None = None


class IssuingCard(Params):
    """A component that shows a card of the account."""

    enabled: bool
    features: Issuing | None = None


class IssuingList(Issuing):
    """What may be done with cards of the account, perhaps without proof of who asks."""

    disable_stripe_user_authentication: bool | None = None


class IssuingCards(Params):
    """A component that lists the cards of the account."""

    enabled: bool
    features: IssuingList | None = None


class Methods(Params):
    """A component that chooses methods of payment."""

    enabled: bool
    features: Authenticating | None = None


class Components(Params):
    """What a browser is to show."""

    account_management: Collector | None = None
    account_onboarding: Collector | None = None
    balance_report: Plain | None = None
    balances: Payer | None = None
    disputes_list: Payments | None = None
    documents: Plain | None = None
    financial_account: FinancialAccount | None = None
    financial_account_transactions: Spent | None = None
    instant_payouts_promotion: Promotion | None = None
    issuing_card: IssuingCard | None = None
    issuing_cards_list: IssuingCards | None = None
    notification_banner: Collector | None = None
    payment_details: Payments | None = None
    payment_disputes: Disputer | None = None
    payment_method_settings: Methods | None = None
    payments: Payments | None = None
    payout_details: Plain | None = None
    payout_reconciliation_report: Plain | None = None
    payouts: Payer | None = None
    payouts_list: Plain | None = None
    reporting_chart: Plain | None = None
    tax_registrations: Plain | None = None
    tax_settings: Plain | None = None
    terminal_hardware_orders: Plain | None = None
    terminal_hardware_shop: Plain | None = None


FEATURES: Mapping[str, tuple[str, ...]] = {
    "account_management": Collecting.__struct_fields__,
    "account_onboarding": Collecting.__struct_fields__,
    "balance_report": (),
    "balances": PayingOut.__struct_fields__,
    "disputes_list": Paying.__struct_fields__,
    "documents": (),
    "financial_account": Sending.__struct_fields__,
    "financial_account_transactions": Spending.__struct_fields__,
    "instant_payouts_promotion": Promoting.__struct_fields__,
    "issuing_card": Issuing.__struct_fields__,
    "issuing_cards_list": IssuingList.__struct_fields__,
    "notification_banner": Collecting.__struct_fields__,
    "payment_details": Paying.__struct_fields__,
    "payment_disputes": Disputing.__struct_fields__,
    "payment_method_settings": Authenticating.__struct_fields__,
    "payments": Paying.__struct_fields__,
    "payout_details": (),
    "payout_reconciliation_report": (),
    "payouts": PayingOut.__struct_fields__,
    "payouts_list": (),
    "reporting_chart": (),
    "tax_registrations": (),
    "tax_settings": (),
    "terminal_hardware_orders": (),
    "terminal_hardware_shop": (),
}
"""The features of each component."""
_OFF = frozenset(
    {"destination_on_behalf_of_charge_management", "disable_stripe_user_authentication"}
)
"""Features that are off unless they are asked for; the others are on."""
_ONBOARDING = ("account:read", "account_link:write", "capability:read", "person:write")
_REPORTING = ("reporting.report_run:write", "reporting.report_type:read")
_PAYMENTS = ("charge:read", "dispute:read", "payment_intent:read", "refund:read")
_PERMITS: Mapping[str, tuple[str, ...]] = {
    "account_management": _ONBOARDING,
    "account_onboarding": _ONBOARDING,
    "balance_report": _REPORTING,
    "balances": ("balance:read", "bank_account:read", "payout:read"),
    "disputes_list": _PAYMENTS,
    "documents": ("file:read",),
    "notification_banner": ("account:read", "account_link:write"),
    "payment_details": _PAYMENTS,
    "payment_disputes": _PAYMENTS,
    "payments": _PAYMENTS,
    "payout_details": ("balance_transaction:read", "payout:read"),
    "payout_reconciliation_report": _REPORTING,
    "payouts": ("balance:read", "balance_transaction:read", "bank_account:read", "payout:read"),
    "payouts_list": ("payout:read",),
    "reporting_chart": ("balance:read", "balance_transaction:read"),
}
"""What each component reads; those that are not here are not offered."""
_WRITES = {
    "capture_payments": "payment_intent:write",
    "dispute_management": "dispute:write",
    "edit_payout_schedule": "balance_settings:write",
    "external_account_collection": "bank_account:write",
    "instant_payouts": "payout:write",
    "refund_management": "refund:write",
    "standard_payouts": "payout:write",
}
"""What features change."""


def offered(name: str) -> bool:
    """Tell whether a component is there."""
    return name in _PERMITS


def shown(components: Components) -> dict[str, Any]:
    """Return every component as it is to be: what is not asked for is off, with all its features.

    A feature of a component that is asked for is as usual unless something is said about it.
    """
    told: dict[str, Any] = {}
    for name, features in FEATURES.items():
        sent: Any = getattr(components, name)
        enabled = bool(getattr(sent, "enabled", False))
        said = getattr(sent, "features", None)
        chosen = {each: enabled and _chosen(getattr(said, each, None), each) for each in features}
        told[name] = {"enabled": enabled, "features": chosen}
    return told


def permissions(told: Mapping[str, Any]) -> list[str]:
    """Return what a browser may do by the components that it shows."""
    found: set[str] = set()
    for name, each in told.items():
        if each["enabled"]:
            found.update(_PERMITS[name])
            found.update(
                _WRITES[feature]
                for feature, on in each["features"].items()
                if on and feature in _WRITES
            )
    return sorted(found)


def _chosen(sent: bool | None, feature: str) -> bool:
    return feature not in _OFF if sent is None else sent
