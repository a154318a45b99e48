"""What is sent about a setup intent."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.pages import ListParams
from bezant.api.params import Amount, Check, Currency, Emptyable, Metadata, Params
from bezant.api.refusals import cut, invalid
from bezant.resources.core.refused import refused
from bezant.resources.core.return_url import ReturnUrl
from bezant.resources.payments.mandating import MandateData
from bezant.resources.payments.method_option_params import (
    AcssMandate,
    FinancialConnections,
    PaperMandate,
    PrefixedMandate,
    RequestedNetworks,
)
from bezant.resources.payments.payment_intent import FutureUsage
from bezant.resources.payments.payment_intent_params import AutomaticMethods, Types
from bezant.resources.payments.payment_method_details import CreatePaymentMethod
from bezant.resources.payments.setup_intent import SetupCancellation

_NO_CONFIGURATIONS = refused(
    "Payment method configurations are not offered: send `allowed_payment_method_types`."
)
_NOT_ITSELF = refused(
    "Accounts do not pay by payment methods of their own: add a bank account to be paid out to."
)
Network = Literal[
    "amex", "cartes_bancaires", "diners", "discover", "eftpos_au", "girocard", "interac", "jcb",
    "link", "mastercard", "unionpay", "unknown", "visa",
]  # fmt: skip
Description = Annotated[str, Meta(max_length=1000)]


class SetupCardOptions(Params):
    """How cards are to be set up."""

    moto: bool | None = None
    network: Network | None = None
    request_three_d_secure: Literal["any", "automatic", "challenge"] | None = None
    setup_credential_usage: Literal["installment", "recurring", "unscheduled"] | None = None


def _cad(text: str, param: str) -> str:
    if text == "cad":
        return text
    raise invalid(f"Bank accounts in Canada are debited in cad here, not in {cut(text)}.", param)


class SetupAcssMandate(AcssMandate):
    """What a mandate in Canada says that is set up, and for what it is the default."""

    default_for: list[Literal["invoice", "subscription"]] | None = None


class SetupAcssDebit(Params):
    """How bank accounts in Canada are to be set up."""

    currency: Annotated[str, Check(_cad)] | None = None
    mandate_options: SetupAcssMandate | None = None
    verification_method: Literal["automatic", "instant", "microdeposits"] | None = None


class SetupUsBankAccount(Params):
    """How bank accounts in the United States are to be set up."""

    financial_connections: FinancialConnections | None = None
    mandate_options: PaperMandate | None = None
    networks: RequestedNetworks | None = None
    verification_method: Literal["automatic", "instant", "microdeposits"] | None = None


class SetupDebit(Params):
    """How direct debits in SEPA and in the United Kingdom are to be set up."""

    mandate_options: PrefixedMandate | None = None


class SetupMethodOptions(Params):
    """How single methods are to be set up."""

    acss_debit: SetupAcssDebit | None = None
    bacs_debit: SetupDebit | None = None
    card: SetupCardOptions | None = None
    sepa_debit: SetupDebit | None = None
    us_bank_account: SetupUsBankAccount | None = None


class SingleUseParams(Params):
    """The one payment that a mandate is to be for."""

    amount: Amount
    currency: Currency


class _Described(Params):
    """What creating, updating and confirming have in common."""

    payment_method: str | None = None
    payment_method_data: CreatePaymentMethod | None = None
    payment_method_options: SetupMethodOptions | None = None


class _Kept(_Described):
    """What creating and updating have in common."""

    attach_to_self: Annotated[str, _NOT_ITSELF] | None = None
    customer: str | None = None
    customer_account: str | None = None
    description: Description | None = None
    excluded_payment_method_types: Emptyable[Types] | None = None
    flow_directions: Annotated[list[str], Meta(max_length=2)] | None = None
    metadata: Metadata | None = None
    payment_method_configuration: Annotated[str, _NO_CONFIGURATIONS] | None = None


class CreateSetupIntent(_Kept):
    """What a setup intent is made of."""

    allowed_payment_method_types: Types | None = None
    automatic_payment_methods: AutomaticMethods | None = None
    confirm: bool = False
    confirmation_token: str | None = None
    mandate_data: Emptyable[MandateData] | None = None
    on_behalf_of: str | None = None
    payment_method_types: Types | None = None
    return_url: ReturnUrl | None = None
    single_use: SingleUseParams | None = None
    usage: FutureUsage = "off_session"
    use_stripe_sdk: bool | None = None


class UpdateSetupIntent(_Kept):
    """What of a setup intent can be changed before it is done."""

    allowed_payment_method_types: Emptyable[Types] | None = None
    payment_method_types: Types | None = None


class ConfirmSetupIntent(_Described):
    """How a payment method is set up; a browser has to know the secret."""

    allowed_payment_method_types: Types | None = None
    client_secret: str | None = None
    confirmation_token: str | None = None
    mandate_data: Emptyable[MandateData] | None = None
    return_url: ReturnUrl | None = None
    use_stripe_sdk: bool | None = None


class CancelSetupIntent(Params):
    """Why it is canceled."""

    cancellation_reason: SetupCancellation | None = None


class RetrieveSetupIntent(Params):
    """Who asks; a browser has to know the secret."""

    client_secret: str | None = None


class ListSetupIntents(ListParams):
    """By customer, or by payment method."""

    attach_to_self: Annotated[str, _NOT_ITSELF] | None = None
    customer: str | None = None
    customer_account: str | None = None
    payment_method: str | None = None
