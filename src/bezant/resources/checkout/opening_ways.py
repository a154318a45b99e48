"""How a session is paid: by an intent, or a subscription, tried out when the page is opened."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from bezant.api.context import Context
from bezant.api.decoders import decoder
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.line_item import (
    Line,
    check_once,
    check_recurring,
    total_of,
)
from bezant.resources.checkout.opening_types import (
    check_at_once,
    check_options,
    check_types,
    checked_setup,
    left_of,
    param_of,
    plain,
    setup_wanted_of,
)
from bezant.resources.checkout.session_params import (
    CreateSession,
)
from bezant.resources.checkout.subscription_of import terms_of, try_out
from bezant.resources.core.coupon import Coupon
from bezant.resources.payments.intent_changes import intent_of
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.payment_intent_params import CreatePaymentIntent

USUAL_TYPES = ("card",)
"""The types of payment method that the page takes if nothing is said."""

_DATA = frozenset({"payment_intent_data", "setup_intent_data"})
_OF_DATA = frozenset({"application_fee_amount", "on_behalf_of", "transfer_data"})
intent_wanted = decoder(CreatePaymentIntent, json=True)


class Origin(Struct, frozen=True, kw_only=True):
    """What a session has of the link that led to it."""

    payment_link: str | None = None


BY_API = Origin()


class Ways(NamedTuple):
    """How a session is paid: its intent's parameters, its types, and a subscription's terms."""

    wanted: dict[str, Any]
    types: list[str]
    subscribes: dict[str, Any] | None = None


async def ways_of(
    ctx: Context,
    params: CreateSession,
    lines: Sequence[Line],
    origin: Origin,
    coupon: Coupon | None = None,
) -> Ways:
    """Return how a session is paid; InvalidRequest for what nobody could pay or subscribe to."""
    lines = as_sold(params, lines)
    wanted = wanted_of(params, lines, coupon)
    types = await _types(ctx, params, wanted, origin)
    if params.mode != "subscription":
        return Ways(wanted, types)
    subscribes = terms_of(plain(params.subscription_data), types)
    await try_out(ctx, subscribes, lines, total_of(lines))
    return Ways(wanted, types, subscribes)


def wanted_of(
    params: CreateSession, lines: Sequence[Line], coupon: Coupon | None = None
) -> dict[str, Any]:
    """Return the parameters of the intent that is made when somebody pays."""
    if params.mode == "setup":
        return setup_wanted_of(params, USUAL_TYPES)
    _check_currency(params, lines)
    total, data = total_of(lines, coupon), params.subscription_data
    behalf = {"on_behalf_of": data.on_behalf_of} if data and data.on_behalf_of else {}
    if params.mode == "subscription" and not total:
        return setup_wanted_of(params, USUAL_TYPES) | behalf
    wanted: dict[str, Any] = plain(params.payment_intent_data) | {
        "amount": total,
        "currency": lines[0].price.currency,
    }
    if params.mode == "subscription":
        wanted |= {"setup_future_usage": "off_session"} | behalf
    for name in ("allowed_payment_method_types", "payment_method_types",
                 "excluded_payment_method_types", "customer"):  # fmt: skip
        if (value := getattr(params, name)) is not None:
            wanted[name] = value
    if not (params.allowed_payment_method_types or params.payment_method_types):
        wanted["payment_method_types"] = list(USUAL_TYPES)
    options = plain(params.payment_method_options)
    check_options(options)
    return wanted | ({"payment_method_options": options} if options else {})


def as_sold(params: CreateSession, lines: Sequence[Line]) -> Sequence[Line]:
    """Return lines as they cost now: nothing, where a trial comes first."""
    if params.mode != "subscription":
        check_once(lines)
        return lines
    check_recurring(lines)
    data = params.subscription_data
    tried = data is not None and data.tried
    return [line._replace(tried=tried and line.price.recurring is not None) for line in lines]


async def _types(
    ctx: Context, params: CreateSession, wanted: Mapping[str, Any], origin: Origin
) -> list[str]:
    """Return the types of payment method that the page takes; what they can't do is refused."""
    try:
        if "amount" not in wanted:
            types = await checked_setup(ctx, wanted)
        else:
            intent = await _tried(ctx, wanted, origin)
            types = left_of(intent.payment_method_types, params.excluded_payment_method_types)
            _check_customer(params, types)
    except InvalidRequest as problem:
        first, bracket, rest = (problem.param or "").partition("[")
        if params.mode != "subscription" or first not in _DATA:
            raise
        param = f"subscription_data{bracket}{rest}"
        raise InvalidRequest(problem.message, code=problem.code, param=param) from problem
    if params.mode == "subscription":
        check_at_once(types)
    return types


def _check_currency(params: CreateSession, lines: Sequence[Line]) -> None:
    currency = lines[0].price.currency
    if params.currency not in (None, currency):
        raise InvalidRequest(
            f"The prices are in {currency}: each price has one currency.", param="currency"
        )


async def _tried(ctx: Context, wanted: Mapping[str, Any], origin: Origin) -> PaymentIntent:
    """Return the intent as it would be; what it must not be is refused under our own names."""
    try:
        intent = await intent_of(ctx, intent_wanted(wanted), None)
    except InvalidRequest as problem:
        param = param_of(problem, wanted)
        first, bracket, rest = (param or "").partition("[")
        param = {"amount": "line_items", "currency": "line_items"}.get(first, param)
        if first in _OF_DATA and origin.payment_link is None:
            param = f"payment_intent_data[{first}]{bracket}{rest}"
        raise InvalidRequest(problem.message, code=problem.code, param=param) from problem
    check_types(intent, by_link=origin.payment_link is not None)
    return intent


def _check_customer(params: CreateSession, types: Sequence[str]) -> None:
    """Refuse bank transfers that are nobody's: what comes is kept for a customer."""
    known = params.customer is not None or params.customer_creation == "always"
    if "customer_balance" in types and not known:
        raise InvalidRequest(
            "Bank transfers (customer_balance) are kept for a customer: send `customer`, or "
            "customer_creation=always.",
            param="customer",
        )
