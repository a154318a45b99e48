"""The capability object: a view of the account, which is the one place where it is stored."""

from typing import ClassVar

from bezant.api.resource import Expands, Identified
from bezant.resources.connect.account_shapes import Requirements

_METHODS = (
    "acss_debit affirm afterpay_clearpay alma amazon_pay au_becs_debit bacs_debit bancontact "
    "bank_transfer billie bizum blik blik_recurring boleto card cartes_bancaires cashapp crypto "
    "eps fpx gb_bank_transfer giropay grabpay ideal india_international jcb jp_bank_transfer "
    "kakao_pay klarna konbini kr_card legacy link mb_way mobilepay multibanco mx_bank_transfer "
    "naver_pay nz_bank_account_becs_debit oxxo p24 pay_by_bank payco paynow paypay payto pix "
    "promptpay revolut_pay samsung_pay satispay scalapay sepa_bank_transfer sepa_debit sequra "
    "sofort sunbit swish twint upi us_bank_account_ach us_bank_transfer wero zip"
)
NAMES = frozenset(
    {
        *(f"{method}_payments" for method in _METHODS.split()),
        *("app_distribution", "card_issuing", "transfers", "treasury"),
        *("tax_reporting_us_1099_k", "tax_reporting_us_1099_misc"),
    }
)
"""Every capability that can be asked for."""


class Capability(Identified, tag="capability"):
    """Something that an account may do, if it has asked for it; times are Unix seconds."""

    expands: ClassVar[Expands] = {"account": ("account",)}

    account: str
    future_requirements: Requirements = Requirements()
    requested: bool
    requested_at: int | None
    requirements: Requirements = Requirements()
    status: str
