"""Orders about earlier orders: recalls (camt.055), answers to recalls (camt.029), reversals.

Reversals of collections are pain.007, enquiries pacs.028.
"""

from bezant.iso20022 import investigations, messages, pacs, pain, parties
from bezant.iso20022.charset import to_latin
from bezant.rail import Instruction, Original
from bezant.rails.sepa import credit, debit, orders
from bezant.rails.sepa.orders import Order

RECALL = "camt.055.001.08"
ANSWER = "camt.029.001.09"
REVERSAL = "pain.007.001.09"
ENQUIRY = "pacs.028.001.03"


def _original(instruction: Instruction) -> Original:
    assert instruction.original is not None, "an order that was objected to is not packed"
    return instruction.original


def _end_to_end(original: Original) -> str:
    return original.end_to_end_id or original.trace


def _sorted(order: Order) -> list[Instruction]:
    return sorted(order.instructions, key=lambda it: it.trace)


def _format(original: Original, order: Order) -> str:
    """Return the name of the message that the original was in."""
    return original.format or credit.version_of(order.originator)


def _message(original: Original, order: Order) -> parties.OriginalMessage:
    return parties.OriginalMessage(
        id=original.file_reference or orders.NOT_PROVIDED, name=_format(original, order)
    )


def _batch_name(instruction: Instruction) -> str:
    """Return the batch that the original was in: as the bank repeats it, or the file's first."""
    original, named = _original(instruction), instruction.details.get("batch", "")
    return named or original.batch or original.file_reference or orders.NOT_PROVIDED


def _reason(instruction: Instruction, order: Order) -> parties.Reason:
    text = to_latin(instruction.description or instruction.remittance, 105)
    return parties.Reason(
        originator=parties.Party(name=to_latin(order.originator.name, 70)),
        code=instruction.reason,
        texts=(text,) if text else (),
    )


def _assignment(order: Order) -> investigations.Assignment:
    originator = order.originator
    return investigations.Assignment(
        id=order.reference,
        assigner=parties.Somebody(party=orders.initiator_of(originator)),
        assignee=parties.Somebody(agent=parties.Agent(bic=originator.bank_id)),
        created_at=order.created_at,
    )


def write_recalls(order: Order) -> bytes:
    """Return a camt.055 that asks for transfers, or for collections that are not yet due."""
    batches = tuple(_recall_batch(instruction, order) for instruction in _sorted(order))
    body = investigations.Recalls(
        assignment=_assignment(order),
        count=len(batches),
        control_sum=order.sum,
        underlying=tuple(investigations.Underlying(batches=(batch,)) for batch in batches),
    )
    return messages.write(body, RECALL)


def _recall_batch(instruction: Instruction, order: Order) -> investigations.RecallBatch:
    original = _original(instruction)
    debit_order = _format(original, order).startswith("pain.008")
    recall = investigations.Recall(
        id=instruction.trace,
        case=investigations.Case(
            id=instruction.trace,
            creator=parties.Somebody(party=orders.initiator_of(order.originator)),
        ),
        instruction=original.trace,
        end_to_end=_end_to_end(original),
        instructed=original.amount,
        executed_on=None if debit_order else original.on,
        collected_on=original.on if debit_order else None,
        reasons=(_reason(instruction, order),),
    )
    return investigations.RecallBatch(
        id=_batch_name(instruction), message=_message(original, order), payments=(recall,)
    )


def write_answers(order: Order) -> bytes:
    """Return a camt.029 that grants recalls, or refuses them for a reason."""
    instructions = _sorted(order)
    refused = any(instruction.reason for instruction in instructions)
    body = investigations.Resolutions(
        assignment=_assignment(order),
        status="RJCR" if refused else "CNCL",
        details=(
            investigations.ResolutionDetails(
                payments=tuple(_answer(instruction, order) for instruction in instructions)
            ),
        ),
    )
    return messages.write(body, ANSWER)


def _answer(instruction: Instruction, order: Order) -> investigations.Resolution:
    original = _original(instruction)
    return investigations.Resolution(
        id=instruction.trace,
        message=_message(original, order),
        end_to_end=_end_to_end(original),
        payment=original.trace,
        status="RJCR" if instruction.reason else "ACCR",
        reasons=(_reason(instruction, order),) if instruction.reason else (),
        amount=original.amount,
        settled_on=original.on,
    )


def write_reversals(order: Order) -> bytes:
    """Return a pain.007 that takes collections back, each from the batch that it was in."""
    instructions = _sorted(order)
    first = _original(instructions[0])
    header = pain.ReversalHeader(
        id=order.reference,
        created_at=order.created_at,
        count=len(instructions),
        control_sum=order.sum,
        whole=False,
        initiator=orders.initiator_of(order.originator),
    )
    batches = tuple(_reversal_batch(instruction, order) for instruction in instructions)
    name = first.format or debit.version_of(order.originator)
    group = parties.OriginalMessage(id=first.file_reference or orders.NOT_PROVIDED, name=name)
    return messages.write(pain.ReversalOrders(header, group, batches), REVERSAL)


def _reversal_batch(instruction: Instruction, order: Order) -> pain.ReversalBatch:
    original = _original(instruction)
    reversal = pain.ReversalOrder(
        id=instruction.trace,
        instruction=original.trace,
        end_to_end=_end_to_end(original),
        original_amount=original.amount,
        amount=instruction.amount,
        charge_bearer="SLEV",
        reasons=(_reason(instruction, order),),
    )
    return pain.ReversalBatch(original_id=_batch_name(instruction), payments=(reversal,))


def write_enquiries(order: Order) -> bytes:
    """Return a pacs.028 that asks what became of orders."""
    payments = tuple(
        pacs.Enquiry(
            id=instruction.trace,
            message=_message(_original(instruction), order),
            instruction=_original(instruction).trace,
            end_to_end=_end_to_end(_original(instruction)),
        )
        for instruction in _sorted(order)
    )
    header = pacs.StatusHeader(id=order.reference, created_at=order.created_at)
    return messages.write(pacs.Enquiries(header, payments=payments), ENQUIRY)
