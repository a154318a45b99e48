"""What is sent about how single types of payment method are to be dealt with."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.params import Emptyable, Params, Timestamp
from bezant.resources.core.refused import refused
from bezant.resources.core.return_url import ReturnUrl

_NO_CONNECTIONS = refused(
    "Bank accounts are not linked here: send their numbers, and verify them by microdeposits."
)
_NO_DATES = refused(
    "Collections go out with the bank's next cut-off: leave `target_date` out, and confirm later."
)
_NO_PREFIXES = refused("References of mandates are made here: leave `reference_prefix` out.")
_NO_PAPER = refused("Mandates on paper are not offered: leave `collection_method` out.")
_NO_AUTHORITIES = refused(
    "Recurring payments by this type are not offered: leave `mandate_options` out."
)
_NO_TAX = refused("The tax on foreign exchange (IOF) is not reckoned: leave it out.")
_NO_REUSE = refused("Such payments are made once: leave `setup_future_usage` out.")

Reuse = Emptyable[Literal["none", "off_session", "on_session"]]


class FinancialConnections(Params):
    """How a bank account would be linked."""

    filters: Annotated[str, _NO_CONNECTIONS] | None = None
    permissions: Annotated[str, _NO_CONNECTIONS] | None = None
    prefetch: Annotated[str, _NO_CONNECTIONS] | None = None
    return_url: Annotated[str, _NO_CONNECTIONS] | None = None


class PaperMandate(Params):
    """How a mandate is collected."""

    collection_method: Annotated[str, _NO_PAPER] | None = None


class RequestedNetworks(Params):
    """Over which networks a bank account is to be charged."""

    requested: list[Literal["ach"]] | None = None


class UsBankAccountOptions(Params):
    """How bank accounts in the United States are to be dealt with."""

    financial_connections: FinancialConnections | None = None
    mandate_options: PaperMandate | None = None
    networks: RequestedNetworks | None = None
    setup_future_usage: Reuse | None = None
    target_date: Annotated[str, _NO_DATES] | None = None
    transaction_purpose: Emptyable[Literal["goods", "other", "services", "unspecified"]] | None = (
        None
    )
    verification_method: Literal["automatic", "instant", "microdeposits"] | None = None


class PrefixedMandate(Params):
    """How a mandate is to be called."""

    reference_prefix: Annotated[str, _NO_PREFIXES] | None = None


class DirectDebitOptions(Params):
    """How direct debits in SEPA and in the United Kingdom are to be dealt with."""

    mandate_options: PrefixedMandate | None = None
    setup_future_usage: Reuse | None = None
    target_date: Annotated[str, _NO_DATES] | None = None


class AcssMandate(Params):
    """What a mandate in Canada says; `interval_description` tells when it is debited."""

    custom_mandate_url: Emptyable[ReturnUrl] | None = None
    interval_description: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
    payment_schedule: Literal["combined", "interval", "sporadic"] | None = None
    transaction_type: Literal["business", "personal"] | None = None


class AcssDebitOptions(Params):
    """How bank accounts in Canada are to be dealt with."""

    mandate_options: AcssMandate | None = None
    setup_future_usage: Reuse | None = None
    target_date: Annotated[str, _NO_DATES] | None = None
    verification_method: Literal["automatic", "instant", "microdeposits"] | None = None


class PixMandate(Params):
    """What an authority for recurring payments by Pix would say."""

    amount: Annotated[str, _NO_AUTHORITIES] | None = None
    amount_includes_iof: Annotated[str, _NO_AUTHORITIES] | None = None
    amount_type: Annotated[str, _NO_AUTHORITIES] | None = None
    currency: Annotated[str, _NO_AUTHORITIES] | None = None
    end_date: Annotated[str, _NO_AUTHORITIES] | None = None
    payment_schedule: Annotated[str, _NO_AUTHORITIES] | None = None
    reference: Annotated[str, _NO_AUTHORITIES] | None = None
    start_date: Annotated[str, _NO_AUTHORITIES] | None = None


class PixOptions(Params):
    """How payments by Pix are to be dealt with: a code can be paid for a day, or so long."""

    amount_includes_iof: Annotated[str, _NO_TAX] | None = None
    expires_after_seconds: Annotated[int, Meta(ge=10, le=1_209_600)] | None = None
    expires_at: Timestamp | None = None
    mandate_options: PixMandate | None = None
    setup_future_usage: Literal["none"] | None = None


class UpiMandateOptions(Params):
    """What an authority for recurring payments by UPI would say."""

    amount: Annotated[str, _NO_AUTHORITIES] | None = None
    amount_type: Annotated[str, _NO_AUTHORITIES] | None = None
    description: Annotated[str, _NO_AUTHORITIES] | None = None
    end_date: Annotated[str, _NO_AUTHORITIES] | None = None


class UpiOptions(Params):
    """How payments by UPI are to be dealt with."""

    mandate_options: UpiMandateOptions | None = None
    setup_future_usage: Annotated[str, _NO_REUSE] | None = None


class EuBankTransfer(Params):
    """In which country the account is that is paid to."""

    country: Literal["BE", "DE", "ES", "FR", "IE", "NL"]


class BankTransferOptions(Params):
    """What kind of bank transfer pays; `jp_bank_account` is how the official examples spell it."""

    eu_bank_transfer: EuBankTransfer | None = None
    requested_address_types: (
        list[Literal["aba", "iban", "sepa", "sort_code", "spei", "swift", "zengin"]] | None
    ) = None
    type: Literal[
        "eu_bank_transfer",
        "gb_bank_transfer",
        "jp_bank_account",
        "jp_bank_transfer",
        "mx_bank_transfer",
        "us_bank_transfer",
    ]


class CustomerBalanceOptions(Params):
    """How payments out of cash balances are to be dealt with."""

    bank_transfer: BankTransferOptions | None = None
    funding_type: Literal["bank_transfer"] | None = None
    setup_future_usage: Literal["none"] | None = None
