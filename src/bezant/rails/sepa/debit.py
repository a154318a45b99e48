"""Writing pain.008: collections in batches of one day and sequence; and what a mandate must say."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from bezant.iso20022 import messages, pain, parties
from bezant.iso20022.charset import to_latin
from bezant.rail import IbanAccount, Instruction, Mandate, Originator, in_force
from bezant.rail.identifiers import is_iban
from bezant.rails.sepa import orders, rules
from bezant.rails.sepa.batches import Lot, filled, header_of, in_order, lots_of
from bezant.rails.sepa.calendar import add_months, is_target_day
from bezant.rails.sepa.orders import Order

VERSIONS = orders.DIALECT["pain.008"]
DETAILS = (
    "ultimate_debtor", "ultimate_creditor", "batch", "last_collected_on", "notified_on",
    "notice_days",
)  # fmt: skip
SEQUENCES = {"first": "FRST", "recurring": "RCUR", "one_off": "OOFF", "final": "FNAL"}
SAME_MANDATE_NEW_ACCOUNT = "SMNDA"

_AMENDABLE = ("reference", "creditor_id", "creditor_name", "iban", "account")


def version_of(originator: Originator) -> str:
    """Return the version that the bank wants (`pain.008`), the newer one by itself."""
    return originator.dialect.get("pain.008", VERSIONS[0])


def is_creditor_id(text: str) -> bool:
    """Tell whether a text is a SEPA creditor identifier, whose check digits hold.

    The three characters of the business code are not part of the proof.
    """
    if not (8 <= len(text) <= 35 and text.isascii() and text.isalnum() and text[2:4].isdigit()):
        return False
    digits = "".join(str(int(sign, 36)) for sign in text[7:] + text[:4])
    return int(digits) % 97 == 1


def objections(instruction: Instruction) -> Iterable[str]:
    """Say what a collection lacks: its mandate, its days, an address outside the EEA."""
    if instruction.act != "pay":
        return
    if not is_target_day(instruction.effective_date):
        yield f"{instruction.effective_date} is not a TARGET day"
    for key in ("last_collected_on", "notified_on"):
        text = instruction.details.get(key)
        if text is not None and _day(text) is None:
            yield f"{key} is not a date as 2026-01-31"
    mandate = instruction.mandate
    if mandate is None:
        yield "there is no mandate"
    else:
        yield from _mandate_objections(mandate, instruction)
    yield from _notice_objections(instruction)
    account, address = instruction.counterparty.account, instruction.counterparty.address
    outside = isinstance(account, IbanAccount) and account.iban[:2] not in rules.EEA
    if outside and (address is None or not address.country):
        yield "a debtor outside the EEA needs an address"


def _mandate_objections(mandate: Mandate, instruction: Instruction) -> Iterable[str]:
    if not orders.is_name(mandate.reference):
        yield "the mandate's reference is not one of at most 35 Latin characters"
    last = _day(instruction.details.get("last_collected_on", ""))
    lapses = last and add_months(last, in_force(rules.MANDATE_MONTHS, last))
    if lapses is not None and instruction.effective_date > lapses:
        yield f"the mandate lapsed on {lapses}: nothing was collected for 36 months"
    if mandate.signed_on > instruction.effective_date:
        yield "the mandate is signed after the collection"
    for key, value in mandate.amended_from.items():
        if key not in _AMENDABLE:
            yield f"a mandate's amendment is one of {', '.join(_AMENDABLE)}, not {key}"
        elif key == "iban" and not is_iban(value):
            yield "the mandate's former IBAN is not valid"
        elif key == "creditor_id" and not is_creditor_id(value):
            yield "the mandate's former creditor identifier is not valid"


def _notice_objections(instruction: Instruction) -> Iterable[str]:
    """Say that the debtor was told too late, where it is said when."""
    told = _day(instruction.details.get("notified_on", ""))
    if told is None:
        return
    days = in_force(rules.PRE_NOTIFICATION_DAYS, instruction.effective_date)
    agreed = instruction.details.get("notice_days", str(days))
    if not (agreed.isascii() and agreed.isdigit() and len(agreed) <= 2):
        yield "notice_days is not a number of days"
        return
    days = int(agreed)
    if told + timedelta(days=days) > instruction.effective_date:
        yield f"the debtor was not told {days} days before"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def write_stream(order: Order, *, instrument: str) -> Iterator[bytes]:
    """Yield a pain.008 of collections in pieces, under a scheme's instrument, `CORE` or `B2B`."""
    version = version_of(order.originator)
    old = version == VERSIONS[1]
    ordered = in_order(order.instructions, batch_key)
    lots = lots_of(ordered, batch_key)
    payments = (_payment(instruction, old=old) for instruction in ordered)
    batches = filled(
        lots,
        payments,
        lambda lot, number: _batch(lot, number, order, old=old, instrument=instrument),
    )
    return messages.write_stream(pain.DebitOrders(header_of(order, lots), batches), version)


def batch_key(instruction: Instruction) -> tuple[date, str]:
    """Return what the collections of a batch have in common: their day and their sequence."""
    return instruction.effective_date, SEQUENCES[_mandate(instruction).sequence]


def _mandate(instruction: Instruction) -> Mandate:
    assert instruction.mandate is not None, "an order that was objected to is not packed"
    return instruction.mandate


def _batch(lot: Lot, number: int, order: Order, *, old: bool, instrument: str) -> pain.DebitBatch:
    """Return a batch without its payments."""
    originator = order.originator
    booked = originator.dialect.get("batch_booking")
    return pain.DebitBatch(
        id=orders.batch_name(order.reference, number),
        method="DD",
        booked_as_one=None if booked is None else booked == "true",
        count=lot.count,
        control_sum=orders.euros(lot.total),
        type=parties.PaymentType(
            levels=(parties.ServiceLevel(code="SEPA"),),
            instrument=instrument,
            sequence=lot.sequence,
        ),
        collected_on=lot.on,
        creditor=orders.own_party(originator, old=old),
        creditor_account=orders.account_of(originator),
        creditor_agent=parties.Agent(bic=originator.bank_id),
        charge_bearer="SLEV",
        creditor_id=creditor_id(originator.company_id),
        payments=(),
    )


def creditor_id(number: str, name: str = "") -> parties.Party:
    """Return a creditor identifier as an element."""
    other = parties.OtherId(id=number, own_scheme="SEPA") if number else None
    return parties.Party(name=to_latin(name, 70), private_ids=(other,) if other else ())


def _payment(instruction: Instruction, *, old: bool) -> pain.DebitOrder:
    party = instruction.counterparty
    return pain.DebitOrder(
        id=orders.payment_id(instruction),
        amount=instruction.amount,
        mandate=_mandate_element(_mandate(instruction)),
        ultimate_creditor=orders.named(instruction.details, "ultimate_creditor"),
        debtor_agent=orders.agent_or_not_provided(party),
        debtor=orders.other_party(party, old=old),
        debtor_account=orders.account_of(party),
        ultimate_debtor=orders.named(instruction.details, "ultimate_debtor"),
        purpose=orders.purpose_of(instruction),
        remittance=orders.remittance_of(instruction),
    )


def _mandate_element(mandate: Mandate) -> parties.Mandate:
    before = mandate.amended_from
    former = before.get("creditor_id", ""), before.get("creditor_name", "")
    account = None
    if "iban" in before:
        account = parties.Account(iban=before["iban"])
    elif "account" in before:
        account = parties.Account(other=SAME_MANDATE_NEW_ACCOUNT)
    return parties.Mandate(
        id=mandate.reference,
        signed_on=mandate.signed_on,
        amended=True if before else None,
        original_id=before.get("reference", ""),
        original_creditor=creditor_id(*former) if any(former) else None,
        original_account=account,
    )
