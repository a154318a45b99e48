"""What an account is made of, what of it can be changed, and what is refused."""

from typing import Literal

from bezant.api.params import Currency, Emptyable, Metadata, Params
from bezant.resources.connect import account_parts as parts
from bezant.resources.connect.capabilities import CapabilityParams
from bezant.resources.connect.person_params import Individual
from bezant.resources.core.bank_accounts import BankAccountParams
from bezant.resources.core.contact import CountryCode, Email


class Payer(Params):
    """Who pays fees."""

    payer: Literal["account", "application"]


class Losses(Params):
    """Who bears losses."""

    payments: Literal["application", "stripe"]


class Dashboard(Params):
    """Which dashboard the account has."""

    type: Literal["express", "full", "none"]


class Controller(Params):
    """Who is responsible for what."""

    fees: Payer | None = None
    losses: Losses | None = None
    requirement_collection: Literal["application", "stripe"] | None = None
    stripe_dashboard: Dashboard | None = None


class UpdateAccount(Params):
    """What of an account can be changed."""

    account_token: str | None = None
    business_profile: parts.BusinessProfile | None = None
    business_type: Literal["company", "government_entity", "individual", "non_profit"] | None = None
    capabilities: dict[str, CapabilityParams] | None = None
    company: parts.Company | None = None
    default_currency: Currency | None = None
    documents: parts.AccountDocuments | None = None
    email: Emptyable[Email] | None = None
    external_account: str | BankAccountParams | None = None
    individual: Individual | None = None
    metadata: Metadata | None = None
    settings: parts.Settings | None = None
    tos_acceptance: parts.TosAcceptance | None = None


class CreateAccount(UpdateAccount):
    """What an account is made of: a type, or a controller, or neither."""

    controller: Controller | None = None
    country: CountryCode | None = None
    type: Literal["custom", "express", "standard"] | None = None


class RejectAccount(Params):
    """Why an account is rejected, and what becomes of its payouts."""

    reason: Literal[
        "credit",
        "fraud",
        "fraud_no_intent_to_fulfill",
        "fraud_other",
        "fraud_payment_method_casher",
        "fraud_payment_method_tester",
        "other",
        "terms_of_service",
    ]
    payouts_action: Literal["none", "pause"] = "pause"
