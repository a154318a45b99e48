"""The types of payment method of a checkout session: which the page takes, and how they are told.

What the page can't do with a type is refused when the session is opened, and not to whoever pays.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from msgspec import Struct, to_builtins

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.page_ways import WAYS
from bezant.resources.checkout.saving import setup_wanted
from bezant.resources.checkout.session_params import CreateSession
from bezant.resources.core.owners import represented
from bezant.resources.payments.bank_mandate import agreement_of
from bezant.resources.payments.method_options import NO_AGREEMENT
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.setup_changes import types_of

_ACSS = "acss_debit"
_SHOWN: Mapping[str, Mapping[str, Any]] = {
    _ACSS: {"verification_method": "automatic"},
    "card": {"request_three_d_secure": "automatic"},
    "customer_balance": {"funding_type": None},
    "pix": {"expires_after_seconds": None},
    "us_bank_account": {"verification_method": "automatic"},
}
"""What is shown of the options of a type of which nothing was said."""
_CONFIRMED_FIRST = frozenset({"acss_debit", "us_bank_account"})
"""Types whose bank accounts may have to be confirmed first, which takes days."""


def plain(sent: Struct | None) -> dict[str, Any]:
    """Return a struct as JSON has it, without what is None in it."""
    return {} if sent is None else pruned(to_builtins(sent))


def pruned(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree without what is None in it."""
    return {
        name: pruned(cast("dict[str, Any]", value)) if isinstance(value, dict) else value
        for name, value in tree.items()
        if value is not None
    }


def left_of(types: Sequence[str], excluded: Sequence[str] | None) -> list[str]:
    """Return the types that are not excluded; InvalidRequest if none is left."""
    left = [kind for kind in types if kind not in (excluded or ())]
    if not left:
        raise InvalidRequest(
            "All types of payment method that the page would take are excluded.",
            code="payment_method_unsupported_type",
            param="excluded_payment_method_types",
        )
    return left


def check_types(intent: PaymentIntent, *, by_link: bool) -> None:
    """Refuse a payment that cannot be made by one of its types."""
    if _ACSS in intent.payment_method_types:
        if by_link:
            raise _unsupported(
                "A link can't say what a debit in Canada is agreed to be: leave acss_debit out, or "
                "open a session with its `mandate_options`."
            )
        agreement_of((intent.payment_method_options or {})[_ACSS].get("mandate_options", {}))
    for kind in intent.payment_method_types:
        if kind not in WAYS:
            raise _unsupported(
                f"The page does not take payments by {kind}, only by {', '.join(WAYS)}."
            )
        if kind != "card" and intent.capture_method == "manual":
            raise _unsupported(
                f"Only cards can be captured later: leave {kind} out, or the capture method manual."
            )
        if intent.setup_future_usage is not None and not WAYS[kind].later:
            raise _unsupported(
                f"Payments by {kind} are made once: leave {kind} out, or `setup_future_usage`."
            )


def check_at_once(types: Sequence[str]) -> None:
    """Refuse for a subscription what is not asked for its first money at once."""
    for kind in types:
        if kind in _CONFIRMED_FIRST or kind not in WAYS or not WAYS[kind].later:
            ways = [name for name, way in WAYS.items()
                    if way.later and name not in _CONFIRMED_FIRST]  # fmt: skip
            raise _unsupported(
                f"Subscriptions are not begun on the page by {kind}, only by {', '.join(ways)}."
            )


def check_options(options: Mapping[str, Any]) -> None:
    """Refuse for a payment what is said of set-ups alone."""
    acss: Mapping[str, Any] = options.get(_ACSS, {})
    said = {
        "[currency]": acss.get("currency"),
        "[mandate_options][default_for]": acss.get("mandate_options", {}).get("default_for"),
    }
    for name, value in said.items():
        if value is not None:
            param = f"payment_method_options[{_ACSS}]{name}"
            raise InvalidRequest(f"You can only send `{param}` in setup mode.", param=param)


def setup_wanted_of(params: CreateSession, usual: Sequence[str]) -> dict[str, Any]:
    """Return the parameters of the setup intent that is made when somebody saves something."""
    wanted = plain(params.setup_intent_data)
    for name in ("allowed_payment_method_types", "payment_method_types",
                 "excluded_payment_method_types", "customer"):  # fmt: skip
        if (value := getattr(params, name)) is not None:
            wanted[name] = value
    if not (params.allowed_payment_method_types or params.payment_method_types):
        wanted["payment_method_types"] = list(usual)
    options = plain(params.payment_method_options)
    if options.get("card", {}).keys() - {"request_three_d_secure"}:
        raise InvalidRequest(
            "Of cards that are saved only `request_three_d_secure` can be said.",
            param="payment_method_options[card]",
        )
    return wanted | ({"payment_method_options": options} if options else {})


async def checked_setup(ctx: Context, wanted: Mapping[str, Any]) -> list[str]:
    """Return the types that are saved; what cannot be, and for whom, is refused."""
    params = setup_wanted(wanted)
    named = params.allowed_payment_method_types or params.payment_method_types
    try:
        types = types_of(named, params.excluded_payment_method_types)
    except InvalidRequest as problem:
        param = param_of(problem, wanted)
        raise InvalidRequest(problem.message, code=problem.code, param=param) from problem
    for kind in types:
        if kind not in WAYS or not WAYS[kind].later:
            ways = [name for name, way in WAYS.items() if way.later]
            raise _unsupported(f"The page does not save {kind}, only {', '.join(ways)}.")
    if _ACSS in types:
        options: Mapping[str, Any] = wanted.get("payment_method_options", {}).get(_ACSS, {})
        agreement_of(options.get("mandate_options", {}))
    if params.on_behalf_of is not None:
        await represented(ctx, params.on_behalf_of, "setup_intent_data[on_behalf_of]")
    return types


def options_shown(options: Mapping[str, Any], types: Sequence[str]) -> dict[str, Any]:
    """Return the options of the types that the page takes, as a session shows them."""
    known = {kind: {**_SHOWN.get(kind, {}), **options.get(kind, {})} for kind in types}
    if _ACSS in known:
        said: Mapping[str, Any] = known[_ACSS].get("mandate_options", {})
        known[_ACSS]["mandate_options"] = {**NO_AGREEMENT, **said}
    return {kind: told for kind, told in known.items() if told}


def param_of(problem: InvalidRequest, wanted: Mapping[str, Any]) -> str | None:
    """Return the parameter that an error is about, under the name by which it was sent."""
    allowed = "allowed_payment_method_types"
    if problem.param == allowed and allowed not in wanted:
        return "payment_method_types"
    return problem.param


def _unsupported(message: str) -> InvalidRequest:
    return InvalidRequest(
        message, code="payment_method_unsupported_type", param="payment_method_types"
    )
