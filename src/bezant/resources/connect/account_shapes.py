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
SPELLED = Responsibilities(
    "controller[fees][payer]",
    "controller[losses][payments]",
    "controller[requirement_collection]",
    "controller[stripe_dashboard][type]",
)
"""What the parameters of accounts are called by which it is said."""
_EXPRESS_SINCE = "2026-06-24"
"""The first preview version in which accounts with the express dashboard need not be borne by
their platform."""


def of_type(account_type: AccountType) -> tuple[AccountType, dict[str, Any]]:
    """Return an account's type and controller, made from its type."""
    chosen = _OF_TYPE[account_type]
    fees = _FEES_OF_TYPE.get(account_type, chosen.fees)
    return account_type, _controller(chosen._replace(fees=fees))


def of_responsibilities(
    chosen: Responsibilities, version: str | None, spelled: Responsibilities = SPELLED
) -> tuple[AccountType, dict[str, Any]]:
    """Return an account's type and controller, made from a controller that was sent.

    Raises InvalidRequest where not all of it goes together in the API's version; parameters are
    called as `spelled`.
    """
    _check_together(chosen, _losses(chosen, version or ""), spelled)
    for name, of_name in _OF_TYPE.items():
        if of_name == chosen:
            return name, _controller(chosen)
    return "none", _controller(chosen)


def _losses(chosen: Responsibilities, version: str) -> str:
    """Return who has to bear the losses.

    An account without a dashboard is borne by whoever asks for what is required of it.
    """
    if chosen.dashboard == "full":
        return "stripe"
    if chosen.dashboard == "none":
        return chosen.requirements
    previewed = version.endswith(".preview") and version[:10] >= _EXPRESS_SINCE
    return chosen.losses if previewed else "application"


def _check_together(chosen: Responsibilities, losses: str, spelled: Responsibilities) -> None:
    """Refuse what Stripe refuses.

    A platform that asks for what is required shows a dashboard of its own, and whoever bears the
    losses of an account takes what there is to be taken of it.
    """
    shown = f"{spelled.dashboard}={chosen.dashboard}"
    if chosen.requirements == "application" and chosen.dashboard != "none":
        raise InvalidRequest(
            f"With {shown}, {spelled.requirements} must be stripe; only with "
            f"{spelled.dashboard}=none it can be application.",
            param=spelled.requirements,
        )
    if chosen.losses != losses:
        if chosen.dashboard == "none":
            shown += f" and {spelled.requirements}={chosen.requirements}"
        raise InvalidRequest(
            f"With {shown}, {spelled.losses} must be {losses}.", param=spelled.losses
        )
    if losses == "application" and chosen.fees != "application":
        raise InvalidRequest(
            f"With {spelled.losses}=application, {spelled.fees} must be application.",
            param=spelled.fees,
        )


def _controller(chosen: Responsibilities) -> dict[str, Any]:
    return {
        "fees": {"payer": chosen.fees},
        "is_controller": True,
        "losses": {"payments": chosen.losses},
        "requirement_collection": chosen.requirements,
        "stripe_dashboard": {"type": chosen.dashboard},
        "type": "application",
    }
