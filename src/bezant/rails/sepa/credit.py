"""Writing pain.001: transfers in batches of one day, the same bytes for the same instructions."""

from collections.abc import Iterator
from datetime import date

from bezant.iso20022 import messages, pain, parties
from bezant.iso20022.charset import to_latin
from bezant.rail import Instruction, Originator
from bezant.rails.sepa import orders
from bezant.rails.sepa.batches import Lot, filled, header_of, in_order, lots_of
from bezant.rails.sepa.orders import Order

VERSIONS = orders.DIALECT["pain.001"]
DETAILS = ("ultimate_debtor", "ultimate_creditor", "category_purpose", "batch")


def version_of(originator: Originator) -> str:
    """Return the version that the bank wants (`pain.001`), the newer one by itself."""
    return originator.dialect.get("pain.001", VERSIONS[0])


def write_stream(order: Order, *, instant: bool) -> Iterator[bytes]:
    """Yield a pain.001 of transfers in pieces, instant ones by their local instrument.

    Instructions that come by day and trace are not held; others are sorted in memory first.
    """
    ordered = in_order(order.instructions, batch_key)
    lots = lots_of(ordered, batch_key)
    version = version_of(order.originator)
    old = version == VERSIONS[1]
    payments = (_payment(instruction, old=old) for instruction in ordered)
    batches = filled(
        lots, payments, lambda lot, number: _batch(lot, number, order, old=old, instant=instant)
    )
    return messages.write_stream(pain.CreditOrders(header_of(order, lots), batches), version)


def batch_key(instruction: Instruction) -> tuple[date, str]:
    """Return what the transfers of a batch have in common: their day."""
    return instruction.effective_date, ""


def _batch(lot: Lot, number: int, order: Order, *, old: bool, instant: bool) -> pain.CreditBatch:
    """Return a batch without its payments."""
    originator = order.originator
    booked = originator.dialect.get("batch_booking")
    return pain.CreditBatch(
        id=orders.batch_name(order.reference, number),
        method="TRF",
        booked_as_one=None if booked is None else booked == "true",
        count=lot.count,
        control_sum=orders.euros(lot.total),
        type=parties.PaymentType(
            levels=(parties.ServiceLevel(code="SEPA"),), instrument="INST" if instant else ""
        ),
        executed_on=lot.on,
        debtor=orders.own_party(originator, old=old),
        debtor_account=orders.account_of(originator),
        debtor_agent=parties.Agent(bic=originator.bank_id),
        charge_bearer="SLEV",
        payments=(),
    )


def _payment(instruction: Instruction, *, old: bool) -> pain.CreditOrder:
    details = instruction.details
    category = details.get("category_purpose", "")
    return pain.CreditOrder(
        id=orders.payment_id(instruction),
        type=parties.PaymentType(purpose=to_latin(category, 4)) if category else None,
        amount=instruction.amount,
        ultimate_debtor=orders.named(details, "ultimate_debtor"),
        creditor_agent=orders.agent_of(instruction.counterparty),
        creditor=orders.other_party(instruction.counterparty, old=old),
        creditor_account=orders.account_of(instruction.counterparty),
        ultimate_creditor=orders.named(details, "ultimate_creditor"),
        purpose=orders.purpose_of(instruction),
        remittance=orders.remittance_of(instruction),
    )
