"""Writing the addenda of what is about another entry: returns, their disputes, refused changes."""

from datetime import date

from bezant.rail import Instruction, Original, Originator
from bezant.rails.ach import addenda
from bezant.rails.ach.orders import account_of, is_refused_change
from bezant.rails.ach.text import ascii_upper


def addenda_of(instruction: Instruction, originator: Originator) -> str:
    """Return the record of type 98 or 99 of a return, a dishonor, a contest or a refusal."""
    original = instruction.original
    assert original is not None, "an instruction that was objected to is not packed"
    if is_refused_change(instruction):
        return _refused_change(instruction, original)
    if instruction.act == "return":
        return _return(instruction, original, originator)
    if instruction.act == "dishonor":
        return _dishonored(instruction, original)
    return _contested(instruction, original, originator)


def _return(instruction: Instruction, original: Original, originator: Originator) -> str:
    return addenda.RETURN.write(
        type=7,
        code=instruction.reason,
        information=ascii_upper(instruction.remittance, 44),
        trace=instruction.trace,
        **{
            "addenda type": "99",
            "original trace": original.trace,
            "date of death": _short(instruction.details.get("date_of_death", "")),
            "original rdfi": instruction.details.get("original_rdfi", originator.bank_id[:8]),
        },
    )


def _dishonored(instruction: Instruction, original: Original) -> str:
    details = instruction.details
    receiver = account_of(instruction).routing_number[:8]
    return addenda.DISHONORED.write(
        type=7,
        code=instruction.reason,
        information=ascii_upper(instruction.remittance, 21),
        trace=instruction.trace,
        **{
            "addenda type": "99",
            "original trace": original.trace,
            "original rdfi": details.get("original_rdfi", receiver),
            "return trace": details["return_trace"],
            "return day": _day_of_year(details.get("return_day", "")),
            "return code": details["return_code"][-2:],
        },
    )


def _contested(instruction: Instruction, original: Original, originator: Originator) -> str:
    details = instruction.details
    return addenda.CONTESTED.write(
        type=7,
        code=instruction.reason,
        trace=instruction.trace,
        **{
            "addenda type": "99",
            "original trace": original.trace,
            "returned on": _short(details.get("returned_on", "")),
            "original rdfi": details.get("original_rdfi", originator.bank_id[:8]),
            "original day": f"{original.on:%j}",
            "return trace": details["return_trace"],
            "return day": _day_of_year(details.get("return_day", "")),
            "return code": details["return_code"][-2:],
            "dishonored trace": details["dishonored_trace"],
            "dishonored day": _day_of_year(details.get("dishonored_day", "")),
            "dishonored code": details["dishonored_code"][-2:],
        },
    )


def _refused_change(instruction: Instruction, original: Original) -> str:
    details = instruction.details
    receiver = account_of(instruction).routing_number[:8]
    return addenda.REFUSED_CHANGE.write(
        type=7,
        code=instruction.reason,
        corrected=ascii_upper(details.get("corrected", ""), 29),
        trace=instruction.trace,
        **{
            "addenda type": "98",
            "original trace": original.trace,
            "original rdfi": details.get("original_rdfi", receiver),
            "change code": details["change_code"],
            "change sequence": details.get("return_trace", "")[-7:],
        },
    )


def _day_of_year(day: str) -> str:
    return f"{date.fromisoformat(day):%j}" if day else ""


def _short(day: str) -> str:
    return f"{date.fromisoformat(day):%y%m%d}" if day else ""
