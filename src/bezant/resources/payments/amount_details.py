"""What an amount is made up of: line items, shipping, tax and discount, which have to add up."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from bezant.api.context import COLUMNS, Context
from bezant.api.params import Emptyable, Params
from bezant.api.resource import Identified
from bezant.kernel.errors import InvalidRequest

Whole = Annotated[int, Meta(ge=0)]
Code = Annotated[str, Meta(max_length=12)]
LINES = "line_items"
"""Where an intent's hidden part has the ids of its line items."""
SUMS = "amount_details"
"""Where an intent's hidden part has what its details come to."""
_MOST_LINES = 200
_MISMATCH = "amount_details_amount_mismatch"
_TOO_MUCH = "amount_details_tax_shipping_discount_greater_than_amount"


class PaymentLineItem(Identified, tag="payment_intent_amount_details_line_item"):
    """Something that is paid for; amounts in minor units of the intent's currency."""

    discount_amount: int | None = None
    payment_method_options: dict[str, Any] | None = None
    product_code: str | None = None
    product_name: str
    quantity: int
    tax: dict[str, int] | None = None
    unit_cost: int
    unit_of_measure: str | None = None


class TaxParams(Params):
    """How much of it is tax."""

    total_tax_amount: Whole


class LineItemCard(Params):
    """What a card's network wants to know."""

    commodity_code: Code | None = None


class LineItemOptions(Params):
    """What single methods want to know."""

    card: LineItemCard | None = None


class LineItemParams(Params):
    """Something that is paid for."""

    discount_amount: Whole | None = None
    payment_method_options: LineItemOptions | None = None
    product_code: Code | None = None
    product_name: Annotated[str, Meta(min_length=1, max_length=1024)]
    quantity: Annotated[int, Meta(ge=1)]
    tax: TaxParams | None = None
    unit_cost: Whole
    unit_of_measure: Code | None = None


class ShippingCostParams(Params):
    """What sending it costs, and from where to where it goes."""

    amount: Emptyable[Whole] | None = None
    from_postal_code: Emptyable[Annotated[str, Meta(max_length=10)]] | None = None
    to_postal_code: Emptyable[Annotated[str, Meta(max_length=10)]] | None = None


class AmountDetailsParams(Params):
    """What an amount is made up of; what is not sent is not part of it."""

    discount_amount: Emptyable[Whole] | None = None
    enforce_arithmetic_validation: bool = True
    line_items: Emptyable[Annotated[list[LineItemParams], Meta(max_length=_MOST_LINES)]] | None = (
        None
    )
    shipping: Emptyable[ShippingCostParams] | None = None
    tax: Emptyable[TaxParams] | None = None


class Sums(Struct, frozen=True):
    """What details come to: all of it, if there are line items, and what is beside those."""

    total: int | None
    beside: int
    discount: int
    enforced: bool

    def fault(self, amount: int) -> str | None:
        """Return the code of what is wrong with an amount, in minor units; None if it is right."""
        if self.total is not None:
            return None if self.total == amount else _MISMATCH
        return None if max(self.beside, self.discount) <= amount else _TOO_MUCH


def detailed(
    ctx: Context, intent: str, amount: int, sent: AmountDetailsParams | str | None
) -> tuple[dict[str, Any] | UnsetType, dict[str, Any]]:
    """Store the line items of an intent: returns what is shown and what is hidden of the details.

    Raises InvalidRequest if they do not add up to the amount, unless that is to be shown only.
    """
    if not isinstance(sent, AmountDetailsParams):
        return UNSET, {LINES: [], SUMS: None}
    lines, shipping, tax = _parts(sent)
    sums = _sums(sent)
    shown: dict[str, Any] = {
        "discount_amount": sent.discount_amount,
        "shipping": shipping and _shipping(shipping),
        "tax": tax and {"total_tax_amount": tax.total_tax_amount},
    }
    shown = {name: value for name, value in shown.items() if value not in (None, "")}
    names = [_stored(ctx, intent, line) for line in reversed(lines)]
    return checked(shown, sums, amount), {LINES: names, SUMS: msgspec.to_builtins(sums)}


def check_details(amount: int, sent: AmountDetailsParams | str | None) -> None:
    """Raise InvalidRequest if details do not add up to an amount, and store nothing."""
    if isinstance(sent, AmountDetailsParams):
        checked({}, _sums(sent), amount)


def _parts(
    sent: AmountDetailsParams,
) -> tuple[Sequence[LineItemParams], ShippingCostParams | None, TaxParams | None]:
    lines = sent.line_items if isinstance(sent.line_items, list) else []
    shipping = sent.shipping if isinstance(sent.shipping, ShippingCostParams) else None
    return lines, shipping, sent.tax if isinstance(sent.tax, TaxParams) else None


def _sums(sent: AmountDetailsParams) -> Sums:
    lines, shipping, tax = _parts(sent)
    discount = sent.discount_amount or 0
    _check_once(lines, tax, discount)
    beside = ((shipping and shipping.amount) or 0) + (tax.total_tax_amount if tax else 0)
    return Sums(
        total=sum(map(_cost, lines)) + beside - discount if lines else None,
        beside=beside,
        discount=discount,
        enforced=sent.enforce_arithmetic_validation,
    )


def checked(shown: dict[str, Any], sums: Sums, amount: int) -> dict[str, Any]:
    """Return details with what is wrong with them for an amount, unless that is refused."""
    told = {name: value for name, value in shown.items() if name != "error"}
    code = sums.fault(amount)
    if code is None:
        return told
    message = f"The amount is {amount}, and its details come to {sums.total}."
    if sums.total is None:
        message = f"Tax, shipping or discount are more than the amount, which is {amount}."
    if sums.enforced:
        raise InvalidRequest(
            f"{message} Send `amount_details` that add up.", code=code, param="amount_details"
        )
    return {**told, "error": {"code": code, "message": message}}


def _check_once(lines: Sequence[LineItemParams], tax: TaxParams | None, discount: int) -> None:
    """Refuse tax and discounts that are told of the whole and of its lines."""
    for name, whole, parts in (
        ("tax", tax is not None, any(line.tax for line in lines)),
        ("discount_amount", bool(discount), any(line.discount_amount for line in lines)),
    ):
        if whole and parts:
            raise InvalidRequest(
                f"Say {name} of the whole or of its line items, not of both.",
                param=f"amount_details[{name}]",
            )


def _cost(line: LineItemParams) -> int:
    tax = line.tax.total_tax_amount if line.tax else 0
    return line.unit_cost * line.quantity + tax - (line.discount_amount or 0)


def _shipping(sent: ShippingCostParams) -> dict[str, Any]:
    return {
        "amount": sent.amount or None,
        "from_postal_code": sent.from_postal_code or None,
        "to_postal_code": sent.to_postal_code or None,
    }


def _stored(ctx: Context, intent: str, line: LineItemParams) -> str:
    name = ctx.new_id("uli")
    options = line.payment_method_options
    card = options and options.card
    item = PaymentLineItem(
        id=name,
        discount_amount=line.discount_amount,
        payment_method_options={"card": {"commodity_code": card.commodity_code}} if card else None,
        product_code=line.product_code,
        product_name=line.product_name,
        quantity=line.quantity,
        tax={"total_tax_amount": line.tax.total_tax_amount} if line.tax else None,
        unit_cost=line.unit_cost,
        unit_of_measure=line.unit_of_measure,
    )
    ctx.create(item, hidden={COLUMNS: {"parent": intent}})
    return name


async def forget_lines(ctx: Context, names: Sequence[str]) -> None:
    """Let line items go that others take the place of."""
    for item in (await ctx.load_many(PaymentLineItem, names)).values():
        ctx.delete(item)
