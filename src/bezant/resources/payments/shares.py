"""Shares: to whom a payment goes, and what no payment can be shared out like.

The platform takes a fee out of the whole, or less than the whole goes on; never both.
"""

from typing import Protocol

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.resources.payments.charge import Charge

PASSED_ON = "passed_on"
"""Where a payment's hidden part has what its captures have passed on, in minor units."""
WENT_ON = "went_on"
"""Where it has what that was in the currency of its account, if the payment was converted."""

SAID = "said"
"""Where it has which of the shares its captures have said."""


class Amounted(Protocol):
    """What is sent about the part of a payment that goes on."""

    amount: int


class Captured(Protocol):
    """What is sent about the shares of a capture."""

    application_fee_amount: int | None

    @property
    def transfer_data(self) -> Amounted | None:
        """How much of it is to go on."""
        ...


def check_shares(
    ctx: Context, amount: int, *, fee: int | None, goes_on: bool, part: int | None
) -> None:
    """Refuse sums that no account would get; all are in minor units.

    `goes_on` says that the payment is for another account, `part` how much of it if not all.
    """
    if part is not None and not goes_on:
        raise InvalidRequest(
            "The payment goes on to no other account: only one that was made with "
            "`transfer_data[destination]` does.",
            param="transfer_data",
        )
    if part is not None and part > amount:
        raise InvalidRequest(
            f"The transfer ({part}) can't be more than the payment ({amount}).",
            param="transfer_data[amount]",
        )
    if not fee:
        return
    if part is not None:
        raise InvalidRequest(
            "You can't send both application_fee_amount and transfer_data[amount]: either the "
            "platform takes its fee out of the whole, or less is transferred.",
            param="application_fee_amount",
        )
    if not goes_on and not ctx.caller.connected:
        raise InvalidRequest(
            "An application fee is taken from another account: send `transfer_data[destination]` "
            "or act for a connected account.",
            param="application_fee_amount",
        )
    if fee > amount:
        raise InvalidRequest(
            f"The application fee ({fee}) can't be more than the payment ({amount}).",
            param="application_fee_amount",
        )


def shares_of_capture(
    ctx: Context,
    charge: Charge,
    amount: int,
    sent: Captured,
    known: int | None,
    *,
    final: bool = True,
) -> tuple[Charge, int | None]:
    """Return a charge as a capture passes it on, and the platform's fee of it, in minor units.

    What one capture says of its own shares all that follow have to say. `known` is the fee that was
    agreed on before for the whole payment.
    """
    charge = _said(ctx, charge, sent)
    fee = sent.application_fee_amount
    if fee is None:
        fee = _share_of_fee(charge, amount, known or 0, final=final)
    fee = min(fee, amount)
    data = charge.transfer_data
    part = None if sent.transfer_data is None else sent.transfer_data.amount
    if part is None and data is not None and data.amount is not None:
        part = part_of(ctx, charge, amount)
    check_shares(ctx, amount, fee=fee, goes_on=data is not None, part=part)
    if sent.transfer_data is not None and data is not None:
        whole = ctx.hidden(charge).get(PASSED_ON, 0) + sent.transfer_data.amount
        charge = ctx.save(charge, transfer_data=replace(data, amount=whole))
    return charge, fee


def _said(ctx: Context, charge: Charge, sent: Captured) -> Charge:
    """Note which shares a capture says; refuse one that is silent about what another has said."""
    hidden = ctx.hidden(charge)
    says = {
        "application_fee_amount": sent.application_fee_amount is not None,
        "transfer_data[amount]": sent.transfer_data is not None,
    }
    before: list[str] = hidden.get(SAID, [])
    for name in before:
        if not says[name]:
            raise InvalidRequest(
                f"An earlier capture of {charge.id} has sent {name}: send it with this one, too.",
                code="parameter_missing",
                param=name,
            )
    said = [name for name in says if says[name]]
    return ctx.save(charge, hidden=hidden | {SAID: said}) if said != before else charge


def _share_of_fee(charge: Charge, amount: int, whole: int, *, final: bool) -> int:
    """Return what of a fee for the whole payment falls on a capture: with the last one the rest."""
    taken = (charge.application_fee_amount or 0) if charge.application_fee is not None else 0
    captured = charge.amount_captured + amount
    due = whole if final else whole * captured // charge.amount
    return max(due - taken, 0)


def part_of(ctx: Context, charge: Charge, amount: int) -> int:
    """Return how much of an amount that is captured goes on, in minor units."""
    data = charge.transfer_data
    assert data is not None, "there is somebody that it is for"
    if data.amount is None:
        return amount
    return max(0, min(data.amount - ctx.hidden(charge).get(PASSED_ON, 0), amount))
