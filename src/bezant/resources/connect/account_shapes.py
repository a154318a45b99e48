"""What the parts of an account look like before anything is known of them."""

from typing import Any, Literal, NamedTuple

from msgspec import Struct

from bezant.kernel.errors import InvalidRequest

ADDRESS = {
    "city": None,
    "country": None,
    "line1": None,
    "line2": None,
    "postal_code": None,
    "state": None,
}

BUSINESS_PROFILE: dict[str, Any] = {
    "annual_revenue": None,
    "estimated_worker_count": None,
    "mcc": None,
    "minority_owned_business_designation": None,
    "name": None,
    "product_description": None,
    "specified_commercial_transactions_act_url": None,
    "support_address": None,
    "support_email": None,
    "support_phone": None,
    "support_url": None,
    "url": None,
}

COMPANY: dict[str, Any] = {
    "address": ADDRESS,
    "directors_provided": False,
    "executives_provided": False,
    "name": None,
    "owners_provided": False,
    "phone": None,
    "tax_id_provided": False,
    "vat_id_provided": False,
    "verification": {
        "document": {"back": None, "details": None, "details_code": None, "front": None}
    },
}

SETTINGS: dict[str, Any] = {
    "bacs_debit_payments": {"display_name": None, "service_user_number": None},
    "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
    "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
    "card_payments": {
        "decline_on": {"avs_failure": False, "cvc_failure": False},
        "statement_descriptor_prefix": None,
        "statement_descriptor_prefix_kana": None,
        "statement_descriptor_prefix_kanji": None,
    },
    "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
    "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None},
    "payments": {
        "statement_descriptor": None,
        "statement_descriptor_kana": None,
        "statement_descriptor_kanji": None,
        "statement_descriptor_prefix_kana": None,
        "statement_descriptor_prefix_kanji": None,
    },
    "payouts": {
        "debit_negative_balances": False,
        "schedule": {"delay_days": 2, "interval": "manual"},
        "statement_descriptor": None,
    },
    "paypay_payments": {},
    "sepa_debit_payments": {},
    "treasury": {"tos_acceptance": {"date": None, "ip": None}},
}

TOS_ACCEPTANCE: dict[str, Any] = {"date": None, "ip": None, "user_agent": None}


class Requirements(Struct, frozen=True):
    """What has to be said about an account or a capability, and by when."""

    alternatives: tuple[dict[str, list[str]], ...] = ()
    current_deadline: int | None = None
    currently_due: tuple[str, ...] = ()
    disabled_reason: str | None = None
    errors: tuple[dict[str, str], ...] = ()
    eventually_due: tuple[str, ...] = ()
    past_due: tuple[str, ...] = ()
    pending_verification: tuple[str, ...] = ()


AccountType = Literal["custom", "express", "standard", "none"]


class Responsibilities(NamedTuple):
    """Who pays fees, bears losses and collects requirements, and which dashboard there is."""

    fees: str
    losses: str
    requirements: str
    dashboard: str


_OF_TYPE: dict[AccountType, Responsibilities] = {
    "custom": Responsibilities("application", "application", "application", "none"),
    "express": Responsibilities("application", "application", "stripe", "express"),
    "standard": Responsibilities("account", "stripe", "stripe", "full"),
}
_FEES_OF_TYPE = {"custom": "application_custom", "express": "application_express"}

STANDARD = _OF_TYPE["standard"]


def of_type(account_type: AccountType) -> tuple[AccountType, dict[str, Any]]:
    """Return an account's type and controller, made from its type."""
    chosen = _OF_TYPE[account_type]
    fees = _FEES_OF_TYPE.get(account_type, chosen.fees)
    return account_type, _controller(chosen._replace(fees=fees))


def of_responsibilities(chosen: Responsibilities) -> tuple[AccountType, dict[str, Any]]:
    """Return an account's type and controller, made from a controller that was sent."""
    if chosen.dashboard == "full" and chosen.requirements == "application":
        raise InvalidRequest(
            "An account with the full dashboard collects its requirements itself: send "
            "controller[requirement_collection]=stripe.",
            param="controller[requirement_collection]",
        )
    for name, of_name in _OF_TYPE.items():
        if of_name == chosen:
            return name, _controller(chosen)
    return "none", _controller(chosen)


def _controller(chosen: Responsibilities) -> dict[str, Any]:
    return {
        "fees": {"payer": chosen.fees},
        "is_controller": True,
        "losses": {"payments": chosen.losses},
        "requirement_collection": chosen.requirements,
        "stripe_dashboard": {"type": chosen.dashboard},
        "type": "application",
    }
