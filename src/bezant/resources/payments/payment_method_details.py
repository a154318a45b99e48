"""What a payment method is made of, and what is shown and hidden of it, type by type."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

from bezant.api.context import Context
from bezant.api.params import Metadata, Params
from bezant.api.refusals import cut, invalid, missing
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core import card as cards
from bezant.resources.core import payment_method as core
from bezant.resources.core.bank_accounts import fingerprint
from bezant.resources.core.bank_numbers import CANADIAN_BANKS
from bezant.resources.core.card_number import typed
from bezant.resources.core.payment_method import AllowRedisplay
from bezant.resources.core.refused import refused
from bezant.resources.core.token import card_of_token
from bezant.resources.payments import payment_method_params as sent
from bezant.resources.payments.iban import read_iban

_NO_SHARING = refused("Payment methods can't be shared with connected accounts.")
_AT_COUNTERS = frozenset({"card_present", "interac_present"})
_NZ_BANKS: Mapping[str, str] = {
    "01": "ANZ Bank New Zealand",
    "02": "Bank of New Zealand",
    "03": "Westpac New Zealand",
    "06": "ANZ Bank New Zealand",
    "12": "ASB Bank",
    "38": "Kiwibank",
}
"""Banks by their code in New Zealand's account numbers."""
_BLANK: Mapping[str, Mapping[str, Any]] = {
    "cashapp": {"buyer_id": None, "cashtag": None},
    "eps": {"bank": None},
    "fpx": {"account_holder_type": None},
    "ideal": {"bank": None, "bic": None},
    "kr_card": {"brand": None, "last4": None},
    "link": {"email": None},
    "naver_pay": {"buyer_id": None, "funding": "card"},
    "p24": {"bank": None},
    "paypal": {"country": None, "payer_email": None, "payer_id": None},
    "upi": {"vpa": None},
}
"""What is shown of a type before anything is known."""
_TOLD = frozenset({"boleto", "fpx", "sofort"})
"""Types of which something has to be told."""


class CreatePaymentMethod(Params):
    """A type, and under its name what the type needs."""

    acss_debit: sent.AcssDebit | None = None
    affirm: sent.Nothing | None = None
    afterpay_clearpay: sent.Nothing | None = None
    alipay: sent.Nothing | None = None
    allow_redisplay: AllowRedisplay = "unspecified"
    alma: sent.Nothing | None = None
    amazon_pay: sent.Nothing | None = None
    au_becs_debit: sent.AuBecsDebit | None = None
    bacs_debit: sent.BacsDebit | None = None
    bancontact: sent.Nothing | None = None
    billie: sent.Nothing | None = None
    billing_details: sent.BillingDetailsParams | None = None
    bizum: sent.Nothing | None = None
    blik: sent.Nothing | None = None
    boleto: sent.Boleto | None = None
    card: sent.Card | None = None
    cashapp: sent.Nothing | None = None
    crypto: sent.Nothing | None = None
    custom: sent.Custom | None = None
    customer: Annotated[str, _NO_SHARING] | None = None
    customer_balance: sent.Nothing | None = None
    eps: sent.Bank | None = None
    fpx: sent.Fpx | None = None
    giropay: sent.Nothing | None = None
    grabpay: sent.Nothing | None = None
    ideal: sent.Bank | None = None
    interac_present: sent.Nothing | None = None
    kakao_pay: sent.Nothing | None = None
    klarna: sent.Klarna | None = None
    konbini: sent.Nothing | None = None
    kr_card: sent.Nothing | None = None
    link: sent.Nothing | None = None
    mb_way: sent.Nothing | None = None
    metadata: Metadata | None = None
    mobilepay: sent.Nothing | None = None
    multibanco: sent.Nothing | None = None
    naver_pay: sent.NaverPay | None = None
    nz_bank_account: sent.NzBankAccount | None = None
    oxxo: sent.Nothing | None = None
    p24: sent.Bank | None = None
    pay_by_bank: sent.Nothing | None = None
    payco: sent.Nothing | None = None
    payment_method: Annotated[str, _NO_SHARING] | None = None
    paynow: sent.Nothing | None = None
    paypal: sent.Nothing | None = None
    paypay: sent.Nothing | None = None
    payto: sent.Payto | None = None
    pix: sent.Nothing | None = None
    promptpay: sent.Nothing | None = None
    radar_options: sent.RadarOptions | None = None
    revolut_pay: sent.Nothing | None = None
    samsung_pay: sent.Nothing | None = None
    satispay: sent.Nothing | None = None
    scalapay: sent.Nothing | None = None
    sepa_debit: sent.SepaDebit | None = None
    sequra: sent.Nothing | None = None
    sofort: sent.Sofort | None = None
    sunbit: sent.Nothing | None = None
    swish: sent.Nothing | None = None
    twint: sent.Nothing | None = None
    type: str
    upi: sent.Upi | None = None
    us_bank_account: sent.UsBankAccount | None = None
    wechat_pay: sent.Nothing | None = None
    zip: sent.Nothing | None = None


class Made(NamedTuple):
    """What is shown under the name of a type, and what is hidden."""

    shown: dict[str, Any]
    hidden: dict[str, Any]


async def details(ctx: Context, params: CreatePaymentMethod) -> Made:
    """Return what is shown and what is hidden of a payment method that is to be made.

    Raises InvalidRequest for a type that is not offered and for numbers that are none, CardError
    for a card that can't be one.
    """
    kind = params.type
    if kind in _AT_COUNTERS:
        raise InvalidRequest(
            "Cards are not read at counters here: use the type card.",
            code="payment_method_unsupported_type",
            param="type",
        )
    if kind == "custom" or kind not in KINDS:
        raise invalid(f"Invalid type: {cut(kind)} is not a type of payment methods here.", "type")
    others = [name for name in KINDS if name != kind and getattr(params, name) is not None]
    if others:
        raise invalid(f"Received {others[0]}, but the type is {kind}.", others[0])
    given: Params | None = getattr(params, kind)
    if given is None and (kind in _TOLD or kind in _BY_NUMBERS or kind == "card"):
        raise missing(kind)
    if isinstance(given, sent.Card):
        return await _card(ctx, given, params.billing_details)
    if kind in _BY_NUMBERS:
        return _BY_NUMBERS[kind](ctx, given)
    told = given.changes(without=()) if given else {}
    if kind == "ideal" and "bank" in told:
        told["bic"] = sent.banks()[kind, told["bank"]]
    if kind == "klarna" and "dob" in told:
        told["dob"] = told["dob"].changes(without=())
    return Made({**_BLANK.get(kind, {}), **told}, {})


async def _card(ctx: Context, given: sent.Card, billing: sent.BillingDetailsParams | None) -> Made:
    address = billing.address if billing else None
    told = {"postal_code": address.postal_code, "line1": address.line1} if address else {}
    where = {name: text for name, text in told.items() if isinstance(text, str)}
    if given.token is not None:
        others = given.changes(without=("token", "networks"))
        if others:
            raise invalid("A token stands for the whole card.", f"card[{next(iter(others))}]")
        kept = await card_of_token(ctx, given.token, "card[token]")
    else:
        card = typed(given.number, given.exp_month, given.exp_year, given.cvc, now=ctx.now(),
                     param="card")  # fmt: skip
        kept = await cards.kept(ctx, card, **where)
    chosen = given.networks.preferred if given.networks else None
    preferred = preferred_of(kept.range.brand, chosen, "card[networks][preferred]")
    return Made(cards.shown(kept, preferred), cards.hidden_of(kept))


def preferred_of(brand: str, chosen: str | None, param: str) -> str | None:
    """Return the network that somebody prefers; InvalidRequest if the card is not on it."""
    if chosen is None or chosen == brand:
        return chosen
    raise invalid(f"The card can't be used on the network {cut(chosen)}, only on {brand}.", param)


def _us(ctx: Context, given: sent.UsBankAccount) -> Made:
    return Made(*core.us_bank_account(ctx, given, "us_bank_account"))


def _sepa(ctx: Context, given: sent.SepaDebit) -> Made:
    iban = read_iban(given.iban, "sepa_debit[iban]")
    shown: dict[str, Any] = {
        "bank_code": iban.bank_code,
        "branch_code": iban.branch_code,
        "country": iban.country,
        "fingerprint": fingerprint(ctx, iban.number),
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban.number[-4:],
    }
    return Made(shown, {"iban": iban.number})


def _bacs(ctx: Context, given: sent.BacsDebit) -> Made:
    sort_code = given.sort_code.replace("-", "")
    return _numbered(ctx, given.account_number, {"sort_code": sort_code})


def _becs(ctx: Context, given: sent.AuBecsDebit) -> Made:
    return _numbered(ctx, given.account_number, {"bsb_number": given.bsb_number.replace("-", "")})


def _acss(ctx: Context, given: sent.AcssDebit) -> Made:
    known = {
        "institution_number": given.institution_number,
        "transit_number": given.transit_number,
    }
    made = _numbered(ctx, given.account_number, known)
    name = CANADIAN_BANKS.get(given.institution_number)
    return made._replace(shown={"bank_name": name, **made.shown})


def _numbered(ctx: Context, number: str, known: dict[str, str]) -> Made:
    """Return the details of an account at the bank, or branch, that the known numbers name."""
    mark = fingerprint(ctx, *known.values(), number)
    return Made({**known, "fingerprint": mark, "last4": number[-4:]}, {"account_number": number})


def _new_zealand(_ctx: Context, given: sent.NzBankAccount) -> Made:
    shown = {
        "account_holder_name": given.account_holder_name,
        "bank_code": given.bank_code,
        "bank_name": _NZ_BANKS.get(given.bank_code, f"Bank {given.bank_code}"),
        "branch_code": given.branch_code,
        "last4": given.account_number[-4:],
        "suffix": given.suffix,
    }
    return Made(shown, {"account_number": given.account_number, "reference": given.reference})


def _payto(_ctx: Context, given: sent.Payto) -> Made:
    if given.pay_id is None and (given.account_number is None or given.bsb_number is None):
        raise missing("payto[pay_id]")
    number = given.account_number
    shown = {
        "bsb_number": given.bsb_number.replace("-", "") if given.bsb_number else None,
        "last4": number[-4:] if number else None,
        "pay_id": given.pay_id,
    }
    return Made(shown, {"account_number": number} if number else {})


_BY_NUMBERS: Mapping[str, Callable[[Context, Any], Made]] = {
    "acss_debit": _acss,
    "au_becs_debit": _becs,
    "bacs_debit": _bacs,
    "nz_bank_account": _new_zealand,
    "payto": _payto,
    "sepa_debit": _sepa,
    "us_bank_account": _us,
}
KINDS = frozenset(CreatePaymentMethod.__struct_fields__) & frozenset(
    core.PaymentMethod.__struct_fields__
) - {"allow_redisplay", "billing_details", "customer", "metadata", "type"}
"""The types that are offered."""
