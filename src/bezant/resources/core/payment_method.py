"""The payment method object: how a customer pays."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.params import Params
from bezant.api.refusals import cut
from bezant.api.resource import Expands, Resource
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core import bank_numbers
from bezant.resources.core import card as cards
from bezant.resources.core.address import Address
from bezant.resources.core.bank_accounts import fingerprint
from bezant.resources.core.bank_numbers import TEST_ROUTING_NUMBER, Written
from bezant.resources.core.card_object import Card
from bezant.resources.core.customer import Customer
from bezant.resources.core.lodging import revoke
from bezant.resources.core.mandate import MANDATES
from bezant.store.objects import Page

AllowRedisplay = Literal["always", "limited", "unspecified"]
Details = dict[str, Any] | UnsetType
"""What is shown of a payment method under the name of its type."""

SINGLE_USE = frozenset({
    "affirm", "afterpay_clearpay", "alma", "billie", "blik", "eps", "fpx", "giropay", "grabpay",
    "konbini", "mb_way", "multibanco", "oxxo", "p24", "paynow", "promptpay", "scalapay", "sunbit",
    "swish", "wechat_pay", "zip",
})  # fmt: skip
"""Types by which one payment is made, so that no customer can keep them."""

TEST_METHODS: Mapping[str, str] = {
    "pm_usBankAccount_success": "000123456789",
    "pm_usBankAccount_accountClosed": "000111111113",
    "pm_usBankAccount_noAccount": "000111111116",
    "pm_usBankAccount_insufficientFunds": "000222222227",
    "pm_usBankAccount_debitNotAuthorized": "000333333335",
    "pm_usBankAccount_invalidCurrency": "000444444440",
    "pm_usBankAccount_dispute": "000555555559",
    "pm_usBankAccount_failMicrodeposits": "000666666661",
    "pm_usBankAccount_weeklyLimitExceeded": "000777777771",
    "pm_usBankAccount_processing": "000000000009",
}
"""Account numbers behind the ids of test mode, at the bank of `TEST_ROUTING_NUMBER`."""
UNSEEN = "pm_usBankAccount_failMicrodeposits"
"""The only one of them that nobody has proved to see; the cent that is sent to it comes back."""
TEST_HOLDER = "Jenny Rosen"
"""Who holds those accounts."""
VERIFIED = "verified"
"""Where a method's hidden part says that whoever gave its numbers can see the account."""
SOURCE = "source"
"""Where a method's hidden part has the id of the customer's source that it is."""
_PAGE = 100
_CARD = "card_"


class BillingDetails(Struct, frozen=True):
    """Who pays with it."""

    address: Address = Address()
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    tax_id: str | None = None


class PaymentMethod(Resource, tag="payment_method"):
    """A way to pay; full account numbers are hidden."""

    expands: ClassVar[Expands] = {
        "card.generated_from.setup_attempt": ("setup_attempt",),
        "customer": ("customer",),
        "sepa_debit.generated_from.charge": ("charge",),
        "sepa_debit.generated_from.setup_attempt": ("setup_attempt",),
    }
    filters: ClassVar[Mapping[str, str]] = {
        "customer": "parent",
        "type": "type",
        "allow_redisplay": "status",
    }

    acss_debit: Details = UNSET
    affirm: Details = UNSET
    afterpay_clearpay: Details = UNSET
    alipay: Details = UNSET
    allow_redisplay: AllowRedisplay = "unspecified"
    alma: Details = UNSET
    amazon_pay: Details = UNSET
    au_becs_debit: Details = UNSET
    bacs_debit: Details = UNSET
    bancontact: Details = UNSET
    billie: Details = UNSET
    billing_details: BillingDetails = BillingDetails()
    bizum: Details = UNSET
    blik: Details = UNSET
    boleto: Details = UNSET
    card: Details = UNSET
    cashapp: Details = UNSET
    crypto: Details = UNSET
    customer: str | None = None
    customer_account: str | None = None
    customer_balance: Details = UNSET
    eps: Details = UNSET
    fpx: Details = UNSET
    giropay: Details = UNSET
    grabpay: Details = UNSET
    ideal: Details = UNSET
    kakao_pay: Details = UNSET
    klarna: Details = UNSET
    konbini: Details = UNSET
    kr_card: Details = UNSET
    link: Details = UNSET
    mb_way: Details = UNSET
    metadata: dict[str, str]
    mobilepay: Details = UNSET
    multibanco: Details = UNSET
    naver_pay: Details = UNSET
    nz_bank_account: Details = UNSET
    oxxo: Details = UNSET
    p24: Details = UNSET
    pay_by_bank: Details = UNSET
    payco: Details = UNSET
    paynow: Details = UNSET
    paypal: Details = UNSET
    paypay: Details = UNSET
    payto: Details = UNSET
    pix: Details = UNSET
    promptpay: Details = UNSET
    revolut_pay: Details = UNSET
    samsung_pay: Details = UNSET
    satispay: Details = UNSET
    scalapay: Details = UNSET
    sepa_debit: Details = UNSET
    sequra: Details = UNSET
    sofort: Details = UNSET
    sunbit: Details = UNSET
    swish: Details = UNSET
    twint: Details = UNSET
    type: str
    upi: Details = UNSET
    us_bank_account: Details = UNSET
    wechat_pay: Details = UNSET
    zip: Details = UNSET

    @classmethod
    def title(cls) -> str:
        """Return what messages call it."""
        return "PaymentMethod"


class UsBankAccount(Params):
    """A bank account in the United States by its numbers."""

    account_holder_type: Literal["company", "individual"] | None = None
    account_number: str | None = None
    account_type: Literal["checking", "savings"] | None = None
    routing_number: str | None = None


def made(
    ctx: Context,
    kind: str,
    details: dict[str, Any],
    hidden: dict[str, Any],
    *,
    name: str | None = None,
    **others: Any,
) -> PaymentMethod:
    """Store a payment method of a type with what is shown and what is hidden of it."""
    name = name or ctx.new_id("pm")
    others = {"metadata": {}, **others, kind: details}
    method = PaymentMethod(
        id=name, created=created_of(name), livemode=ctx.livemode, type=kind, **others
    )
    return ctx.create(method, hidden=hidden)


def us_bank_account(
    ctx: Context, sent: UsBankAccount, param: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is shown and what is hidden of a bank account; InvalidRequest for no numbers."""
    numbers = bank_numbers.read(
        Written("US", "usd", sent.routing_number, sent.account_number, sent.account_type, param)
    )
    routing, number = numbers.routing or "", numbers.number
    shown: dict[str, Any] = {
        "account_holder_type": sent.account_holder_type,
        "account_type": sent.account_type or "checking",
        "bank_name": numbers.bank_name,
        "financial_connections_account": None,
        "fingerprint": fingerprint(ctx, routing, number),
        "last4": number[-4:],
        "networks": {"preferred": None, "supported": ["ach"]},
        "routing_number": routing,
        "status_details": {},
    }
    return shown, {"account_number": number}


async def payment_method_of(ctx: Context, name: str, param: str | None = None) -> PaymentMethod:
    """Return a payment method by its id, or by that of the source that it is.

    One of test mode's ids stands for a new one.
    """
    if card := cards.test_card(ctx, name):
        kept = await cards.kept_of_test(ctx, card)
        return made(ctx, "card", cards.shown(kept), cards.hidden_of(kept))
    if name.startswith(_CARD):
        name = f"pm_{name.removeprefix(_CARD)}"
    if ctx.livemode or name not in TEST_METHODS:
        return await ctx.load(PaymentMethod, name, param=param)
    sent = UsBankAccount(
        account_holder_type="individual",
        account_number=TEST_METHODS[name],
        routing_number=TEST_ROUTING_NUMBER,
    )
    shown, numbers = us_bank_account(ctx, sent, "us_bank_account")
    billing = BillingDetails(name=TEST_HOLDER)
    hidden = numbers | {VERIFIED: name != UNSEEN}
    return made(ctx, "us_bank_account", shown, hidden, billing_details=billing)


async def attach_checked(
    ctx: Context, method: PaymentMethod, customer: str, account: str | None = None
) -> PaymentMethod:
    """Let a customer keep a payment method, if it is not a card that its issuer refuses."""
    if isinstance(method.card, dict) and method.customer is None:
        await cards.check(ctx, method.card, ctx.hidden(method))
    return attach(ctx, method, customer, account)


def attach(
    ctx: Context, method: PaymentMethod, customer: str, account: str | None = None
) -> PaymentMethod:
    """Let a customer keep a payment method; again is no harm, with another is refused.

    `account` is the account that the customer is, if it is one.
    """
    if method.customer == customer:
        return method
    if method.customer is not None:
        raise InvalidRequest(
            "The payment method you provided has already been attached to a customer."
        )
    if method.type in SINGLE_USE:
        raise InvalidRequest(
            f"Payment methods of type {method.type} make one payment; no customer can keep them."
        )
    if ctx.hidden(method).get("detached"):
        raise InvalidRequest(
            "This payment method was detached from a customer and can't be attached again: "
            "create a new one."
        )
    return ctx.save(
        method, customer=customer, customer_account=account, event="payment_method.attached"
    )


async def detach(ctx: Context, method: PaymentMethod) -> PaymentMethod:
    """Take a payment method from its customer, for good; its mandates end."""
    return (await _detach(ctx, [method]))[0]


async def _detach(ctx: Context, methods: Iterable[PaymentMethod]) -> list[PaymentMethod]:
    done: list[PaymentMethod] = []
    mandates: list[str] = []
    sources: list[str] = []
    for method in methods:
        hidden = ctx.hidden(method)
        mandates += hidden.get(MANDATES, [])
        sources += [hidden[SOURCE]] if SOURCE in hidden else []
        hidden = hidden | {"detached": True}
        let_go = {"customer": None, "customer_account": None}
        done.append(ctx.save(method, hidden=hidden, event="payment_method.detached", **let_go))
    if mandates:
        await revoke(ctx, mandates)
    for card in (await ctx.load_many(Card, sources)).values():
        ctx.delete(card, event="customer.source.deleted")
    return done


async def detach_all(ctx: Context, customer: str) -> None:
    """Take all of its payment methods from a customer."""
    after, more = None, True
    while more:
        ask = Page(limit=_PAGE, after=after, filters={"parent": customer})
        bodies, more = await ctx.page(PaymentMethod, ask)
        names = [msgspec.json.decode(body, type=PaymentMethod).id for body in bodies]
        await _detach(ctx, (await ctx.load_many(PaymentMethod, names)).values())
        after = names[-1] if names else None


async def check_default(ctx: Context, customer: Customer, name: str, param: str) -> None:
    """Refuse as a default what the customer does not have."""
    method = await ctx.load(PaymentMethod, name, param=param)
    if ctx.current(method).customer != customer.id:
        raise InvalidRequest(
            f"The customer does not have a payment method with the ID {cut(name)}. The payment "
            "method must be attached to the customer.",
            code="resource_missing",
            param=param,
        )


async def forget_default(ctx: Context, customer: str, method: PaymentMethod) -> None:
    """Let a payment method no longer be a customer's default, for invoices or as a source."""
    owner = await ctx.find(Customer, customer)
    if owner is None:
        return
    owner = ctx.current(owner)
    changes: dict[str, Any] = {}
    if owner.invoice_settings.default_payment_method == method.id:
        changes["invoice_settings"] = replace(owner.invoice_settings, default_payment_method=None)
    source: str | None = ctx.hidden(method).get(SOURCE)
    if source is not None and owner.default_source == source:
        changes["default_source"] = await _newest_source(ctx, customer, source)
    if changes:
        ctx.save(owner, event="customer.updated", **changes)


async def _newest_source(ctx: Context, customer: str, gone: str) -> str | None:
    """Return the id of the source that a customer has had for the shortest, but for one."""
    bodies, _ = await ctx.page(Card, Page(limit=2, filters={"parent": customer}))
    names = [msgspec.json.decode(body, type=Card).id for body in bodies]
    return next((name for name in names if name != gone), None)
