"""What is sent about how a session's page deals with single types of payment method."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.params import Params
from bezant.resources.core.refused import Hash, off, only, refused
from bezant.resources.payments.method_option_params import (
    CustomerBalanceOptions,
    PixMandate,
    PrefixedMandate,
    UpiMandateOptions,
)
from bezant.resources.payments.payment_intent_params import PageCardOptions

_NO_CONNECTIONS = refused("Bank accounts are not linked: the page asks for their numbers.")
_NO_DATES = refused("Collections go out with the bank's next cut-off: leave `target_date` out.")
_NO_IOF = refused("The tax on foreign exchange (IOF) is not reckoned: leave it out.")
_NO_INSTALLMENTS = "Installments are not offered."
_NO_BRANDS = refused("Cards are not told apart by brand: leave `restrictions` out.")
_NO_KANA = refused("Statements are written in Latin letters: send `statement_descriptor_suffix`.")
_NO_WORDS_OF_YOURS = refused("The page says what is agreed to: leave it out.")
_ONCE = "Such payments are made once: leave `setup_future_usage` out."


class PageConnections(Params):
    """How a bank account would be linked."""

    permissions: Annotated[Hash, _NO_CONNECTIONS] | None = None
    prefetch: Annotated[Hash, _NO_CONNECTIONS] | None = None


class Installments(Params):
    """Whether a card may pay in parts."""

    enabled: Annotated[str, off(_NO_INSTALLMENTS)] | None = None


class PageCard(PageCardOptions):
    """How cards are dealt with on the page."""

    installments: Installments | None = None
    restrictions: Annotated[Hash, _NO_BRANDS] | None = None
    statement_descriptor_suffix_kana: Annotated[str, _NO_KANA] | None = None
    statement_descriptor_suffix_kanji: Annotated[str, _NO_KANA] | None = None


class PageUsBankAccount(Params):
    """How bank accounts in the United States are dealt with on the page."""

    financial_connections: PageConnections | None = None
    setup_future_usage: Literal["none", "off_session", "on_session"] | None = None
    target_date: Annotated[str, _NO_DATES] | None = None
    verification_method: (
        Annotated[str, only("automatic", why="Bank accounts are verified by microdeposits.")] | None
    ) = None


class PageAcssMandate(Params):
    """What a mandate in Canada says; the page tells whoever pays the rest."""

    custom_mandate_url: Annotated[str, _NO_WORDS_OF_YOURS] | None = None
    default_for: list[Literal["invoice", "subscription"]] | None = None
    interval_description: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
    payment_schedule: Literal["combined", "interval", "sporadic"] | None = None
    transaction_type: Literal["business", "personal"] | None = None


class PageAcss(Params):
    """How bank accounts in Canada are dealt with on the page."""

    currency: (
        Annotated[str, only("cad", why="Bank accounts in Canada are debited in cad.")] | None
    ) = None
    mandate_options: PageAcssMandate | None = None
    setup_future_usage: Literal["none", "off_session", "on_session"] | None = None
    target_date: Annotated[str, _NO_DATES] | None = None
    verification_method: (
        Annotated[str, only("automatic", why="Bank accounts are verified by microdeposits.")] | None
    ) = None


class PageDebit(Params):
    """How direct debits in SEPA and in the United Kingdom are dealt with on the page."""

    mandate_options: PrefixedMandate | None = None
    setup_future_usage: Literal["none", "off_session", "on_session"] | None = None
    target_date: Annotated[str, _NO_DATES] | None = None


class PagePix(Params):
    """How payments by Pix are dealt with on the page: for how long a code can be paid."""

    amount_includes_iof: Annotated[str, _NO_IOF] | None = None
    expires_after_seconds: Annotated[int, Meta(ge=10, le=1_209_600)] | None = None
    mandate_options: PixMandate | None = None
    setup_future_usage: Annotated[str, only("none", why=_ONCE)] | None = None


class PageUpi(Params):
    """How payments by UPI are dealt with on the page."""

    mandate_options: UpiMandateOptions | None = None
    setup_future_usage: Annotated[str, refused(_ONCE)] | None = None


class SessionMethodOptions(Params):
    """How single methods are dealt with."""

    acss_debit: PageAcss | None = None
    bacs_debit: PageDebit | None = None
    card: PageCard | None = None
    customer_balance: CustomerBalanceOptions | None = None
    pix: PagePix | None = None
    sepa_debit: PageDebit | None = None
    upi: PageUpi | None = None
    us_bank_account: PageUsBankAccount | None = None
