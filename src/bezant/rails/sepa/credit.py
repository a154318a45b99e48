"""Writing pain.001: transfers in batches of one day, the same bytes for the same instructions."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from bezant.iso20022 import messages, pain, parties
from bezant.iso20022.charset import to_latin
from bezant.rail import Instruction, Originator
from bezant.rails.sepa import orders
from bezant.rails.sepa.orders import Order

VERSIONS = orders.DIALECT["pain.001"]
DETAILS = ("ultimate_debtor", "ultimate_creditor", "category_purpose", "batch")


def version_of(originator: Originator) -> str:
    """Return the version that the bank wants (`pain.001`), the newer one by itself."""
    return originator.dialect.get("pain.001", VERSIONS[0])


def write(order: Order, *, instant: bool) -> bytes:
    """Return a pain.001 of transfers, instant ones by their local instrument."""
    version = version_of(order.originator)
    old = version == VERSIONS[1]
    ordered = sorted(order.instructions, key=lambda it: (it.effective_date, it.trace))
    days = [[*group] for _, group in groupby(ordered, key=attrgetter("effective_date"))]
    header = pain.OrderHeader(
        id=order.reference,
        created_at=order.created_at,
        count=len(ordered),
        control_sum=order.sum,
        initiator=orders.initiator_of(order.originator),
    )
    batches = tuple(
        _batch(group, number, order, old=old, instant=instant)
        for number, group in enumerate(days, 1)
    )
    return messages.write(pain.CreditOrders(header, batches), version)


def _batch(
    group: list[Instruction], number: int, order: Order, *, old: bool, instant: bool
) -> pain.CreditBatch:
    originator = order.originator
    booked = originator.dialect.get("batch_booking")
    return pain.CreditBatch(
        id=orders.batch_name(order.reference, number),
        method="TRF",
        booked_as_one=None if booked is None else booked == "true",
        count=len(group),
        control_sum=orders.control_sum(group),
        type=parties.PaymentType(
            levels=(parties.ServiceLevel(code="SEPA"),), instrument="INST" if instant else ""
        ),
        executed_on=group[0].effective_date,
        debtor=orders.own_party(originator, old=old),
        debtor_account=orders.account_of(originator),
        debtor_agent=parties.Agent(bic=originator.bank_id),
        charge_bearer="SLEV",
        payments=_Payments(group, old=old),
    )


class _Payments:
    """The payments of a batch, made one by one while they are written."""

    def __init__(self, group: list[Instruction], *, old: bool) -> None:
        self._group = group
        self._old = old

    def __iter__(self) -> Iterator[pain.CreditOrder]:
        return (_payment(instruction, old=self._old) for instruction in self._group)


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
