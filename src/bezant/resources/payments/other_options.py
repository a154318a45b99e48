"""Options of payment methods that are not offered: known, and refused in plain words."""

from typing import Annotated, TypeAlias

from bezant.api.params import Params
from bezant.resources.core.refused import Hash, refused

_WHY = refused("Payments of this type are not offered: leave its options out.")
NotOffered: TypeAlias = Annotated[Hash, _WHY] | None


class OtherOptions(Params):
    """How methods would be dealt with that nothing can be paid by."""

    affirm: NotOffered = None
    afterpay_clearpay: NotOffered = None
    alipay: NotOffered = None
    alma: NotOffered = None
    amazon_pay: NotOffered = None
    au_becs_debit: NotOffered = None
    bancontact: NotOffered = None
    billie: NotOffered = None
    bizum: NotOffered = None
    blik: NotOffered = None
    boleto: NotOffered = None
    card_present: NotOffered = None
    cashapp: NotOffered = None
    crypto: NotOffered = None
    eps: NotOffered = None
    fpx: NotOffered = None
    giropay: NotOffered = None
    grabpay: NotOffered = None
    ideal: NotOffered = None
    interac_present: NotOffered = None
    kakao_pay: NotOffered = None
    klarna: NotOffered = None
    konbini: NotOffered = None
    kr_card: NotOffered = None
    link: NotOffered = None
    mb_way: NotOffered = None
    mobilepay: NotOffered = None
    multibanco: NotOffered = None
    naver_pay: NotOffered = None
    nz_bank_account: NotOffered = None
    oxxo: NotOffered = None
    p24: NotOffered = None
    pay_by_bank: NotOffered = None
    payco: NotOffered = None
    paynow: NotOffered = None
    paypal: NotOffered = None
    paypay: NotOffered = None
    payto: NotOffered = None
    promptpay: NotOffered = None
    revolut_pay: NotOffered = None
    samsung_pay: NotOffered = None
    satispay: NotOffered = None
    scalapay: NotOffered = None
    sequra: NotOffered = None
    sofort: NotOffered = None
    sunbit: NotOffered = None
    swish: NotOffered = None
    twint: NotOffered = None
    wechat_pay: NotOffered = None
    zip: NotOffered = None
