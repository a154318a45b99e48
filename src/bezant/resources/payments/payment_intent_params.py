"""What is sent about a payment intent."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.pages import ListParams
from bezant.api.params import Amount, Currency, Emptyable, Metadata, Params
from bezant.resources.core.address import Text
from bezant.resources.core.contact import Email
from bezant.resources.core.refused import Hash, off, refused
from bezant.resources.core.return_url import ReturnUrl
from bezant.resources.payments import method_option_params as methods
from bezant.resources.payments.amount_details import AmountDetailsParams
from bezant.resources.payments.mandating import MandateData
from bezant.resources.payments.other_options import OtherOptions
from bezant.resources.payments.parcel import ParcelParams
from bezant.resources.payments.payment_intent import CancellationReason, CaptureMethod, FutureUsage
from bezant.resources.payments.payment_method_details import CreatePaymentMethod
from bezant.resources.payments.statement_descriptor import Descriptor, Suffix

_NO_CONFIGURATIONS = refused(
    "Payment method configurations are not offered: send `allowed_payment_method_types`."
)
_NO_HOOKS = refused("Taxes are not reckoned here: leave `hooks` out.")
_NO_SESSIONS = refused("There are no sessions of browsers.")

Types = Annotated[list[str], Meta(max_length=50)]
CredentialUsage = Literal["installment", "recurring", "unscheduled"]
_CODES = "Codes are checked when a card is given, and not again: "
_NO_CODES = refused(f"{_CODES}make a new payment method with `card[cvc]` instead.")
_NO_INSTALLMENTS = refused("Payments are made in one: leave `installments` out.")
_NO_MANDATES = refused(
    "No network here keeps mandates of cards by amount and interval: send `mandate_data`."
)
_NO_KANA = refused("Statements are written in Latin letters: send `statement_descriptor_suffix`.")
_NO_AUTHENTICATIONS = refused(
    "Cardholders are authenticated here: leave `three_d_secure` out, and send "
    "`request_three_d_secure` if it is to be always."
)


class AutomaticMethods(Params):
    """Whether all that the account takes may be used."""

    allow_redirects: Literal["always", "never"] = "always"
    enabled: bool


class TransferDataParams(Params):
    """The account that the money is to go on to."""

    amount: Amount | None = None
    destination: str


class TransferAmount(Params):
    """How much of it is to go on."""

    amount: Amount


class PageCardOptions(Params):
    """How cards are to be dealt with that their holders type in."""

    capture_method: Emptyable[Literal["manual"]] | None = None
    request_extended_authorization: Literal["if_available", "never"] | None = None
    request_incremental_authorization: Literal["if_available", "never"] | None = None
    request_multicapture: Literal["if_available", "never"] | None = None
    request_overcapture: Literal["if_available", "never"] | None = None
    request_three_d_secure: Literal["any", "automatic", "challenge"] | None = None
    setup_future_usage: Emptyable[Literal["none", "off_session", "on_session"]] | None = None


class CardOptions(PageCardOptions):
    """How cards are to be dealt with."""

    cvc_token: Annotated[str, _NO_CODES] | None = None
    installments: Annotated[Hash, _NO_INSTALLMENTS] | None = None
    mandate_options: Annotated[Hash, _NO_MANDATES] | None = None
    moto: bool | None = None
    network: Annotated[str, Meta(max_length=30)] | None = None
    require_cvc_recollection: Annotated[str, off(f"{_CODES}leave it out.")] | None = None
    setup_credential_usage: CredentialUsage | None = None
    statement_descriptor_suffix_kana: Annotated[str, _NO_KANA] | None = None
    statement_descriptor_suffix_kanji: Annotated[str, _NO_KANA] | None = None
    stored_credential_usage: CredentialUsage | None = None
    three_d_secure: Annotated[Hash, _NO_AUTHENTICATIONS] | None = None


class MethodOptions(OtherOptions):
    """How single methods are to be dealt with."""

    acss_debit: Emptyable[methods.AcssDebitOptions] | None = None
    bacs_debit: Emptyable[methods.DirectDebitOptions] | None = None
    card: Emptyable[CardOptions] | None = None
    customer_balance: Emptyable[methods.CustomerBalanceOptions] | None = None
    pix: Emptyable[methods.PixOptions] | None = None
    sepa_debit: Emptyable[methods.DirectDebitOptions] | None = None
    upi: Emptyable[methods.UpiOptions] | None = None
    us_bank_account: Emptyable[methods.UsBankAccountOptions] | None = None


class PaymentDetailsParams(Params):
    """What the seller calls the order."""

    customer_reference: Emptyable[Annotated[str, Meta(max_length=25)]] | None = None
    order_reference: Emptyable[Annotated[str, Meta(max_length=25)]] | None = None


class RadarOptions(Params):
    """What a browser has been seen as."""

    session: Annotated[str, _NO_SESSIONS] | None = None


class _Described(Params):
    """What creating, updating and confirming an intent have in common."""

    allowed_payment_method_types: Types | None = None
    amount_details: Emptyable[AmountDetailsParams] | None = None
    capture_method: CaptureMethod | None = None
    excluded_payment_method_types: Emptyable[Types] | None = None
    hooks: Annotated[Hash, _NO_HOOKS] | None = None
    payment_details: Emptyable[PaymentDetailsParams] | None = None
    payment_method: str | None = None
    payment_method_data: CreatePaymentMethod | None = None
    payment_method_options: MethodOptions | None = None
    payment_method_types: Types | None = None
    receipt_email: Emptyable[Email] | None = None
    setup_future_usage: Emptyable[FutureUsage] | None = None
    shipping: Emptyable[ParcelParams] | None = None


class _Amounts(_Described):
    """What is to be paid, and to whom it goes."""

    application_fee_amount: Emptyable[Annotated[int, Meta(ge=0)]] | None = None
    customer: str | None = None
    customer_account: str | None = None
    description: Annotated[str, Meta(max_length=1000)] | None = None
    metadata: Metadata | None = None
    payment_method_configuration: Annotated[str, _NO_CONFIGURATIONS] | None = None
    statement_descriptor: Descriptor | None = None
    statement_descriptor_suffix: Suffix | None = None
    transfer_group: Text | None = None


class CreatePaymentIntent(_Amounts):
    """What a payment intent is made of."""

    amount: Amount
    automatic_payment_methods: AutomaticMethods | None = None
    confirm: bool = False
    confirmation_method: Literal["automatic", "manual"] = "automatic"
    confirmation_token: str | None = None
    currency: Currency
    on_behalf_of: str | None = None
    transfer_data: TransferDataParams | None = None
    error_on_requires_action: bool | None = None
    mandate: str | None = None
    mandate_data: Emptyable[MandateData] | None = None
    off_session: Literal["true", "false", "one_off", "recurring"] | None = None
    radar_options: RadarOptions | None = None
    return_url: ReturnUrl | None = None
    use_stripe_sdk: bool | None = None


class UpdatePaymentIntent(_Amounts):
    """What of a payment intent can be changed before it is paid."""

    amount: Amount | None = None
    currency: Currency | None = None
    transfer_data: TransferAmount | None = None


class ConfirmPaymentIntent(_Described):
    """What may be said when a payment is confirmed; an amount must be the one that is known."""

    amount_to_confirm: Amount | None = None
    client_secret: str | None = None
    confirmation_token: str | None = None
    error_on_requires_action: bool | None = None
    mandate: str | None = None
    mandate_data: Emptyable[MandateData] | None = None
    off_session: Literal["true", "false", "one_off", "recurring"] | None = None
    radar_options: RadarOptions | None = None
    return_url: ReturnUrl | None = None
    use_stripe_sdk: bool | None = None


class CapturePaymentIntent(Params):
    """How much is taken of what is held."""

    amount_details: Emptyable[AmountDetailsParams] | None = None
    amount_to_capture: Amount | None = None
    application_fee_amount: Annotated[int, Meta(ge=0)] | None = None
    final_capture: bool = True
    hooks: Annotated[Hash, _NO_HOOKS] | None = None
    metadata: Metadata | None = None
    payment_details: Emptyable[PaymentDetailsParams] | None = None
    statement_descriptor: Descriptor | None = None
    statement_descriptor_suffix: Suffix | None = None
    transfer_data: TransferAmount | None = None


class ListPaymentIntents(ListParams):
    """Whose payment intents are listed."""

    customer: str | None = None
    customer_account: str | None = None


class ApplyCustomerBalance(Params):
    """How much of what the customer has sent ahead is to pay for an intent."""

    amount: Amount | None = None
    currency: Currency | None = None


class CancelPaymentIntent(Params):
    """Why it is canceled."""

    cancellation_reason: CancellationReason | None = None


class IncrementAuthorization(Params):
    """What is to be held in all."""

    amount: Amount
    amount_details: Emptyable[AmountDetailsParams] | None = None
    application_fee_amount: Annotated[int, Meta(ge=0)] | None = None
    description: Annotated[str, Meta(max_length=1000)] | None = None
    hooks: Annotated[Hash, _NO_HOOKS] | None = None
    metadata: Metadata | None = None
    payment_details: Emptyable[PaymentDetailsParams] | None = None
    statement_descriptor: Descriptor | None = None
    transfer_data: TransferAmount | None = None


class VerifyMicrodeposits(Params):
    """What stands on the statement of a bank account: a code, or two amounts in cents."""

    amounts: (
        Annotated[list[Annotated[int, Meta(ge=1, le=99)]], Meta(min_length=2, max_length=2)] | None
    ) = None
    client_secret: str | None = None
    descriptor_code: Annotated[str, Meta(min_length=6, max_length=6)] | None = None


class RetrievePaymentIntent(Params):
    """Who asks; a browser has to know the secret."""

    client_secret: str | None = None
