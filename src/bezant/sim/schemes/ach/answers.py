"""What the other banks say of a client's entries: returns, disputes about them, changes.

Columns are those of the Nacha layouts of addenda 98 and 99.
"""

from collections.abc import Mapping

from bezant.sim.scheme import Answer, Order
from bezant.sim.schemes.ach.file import check_digit
from bezant.sim.schemes.ach.receivers import REASONS
from bezant.sim.schemes.ach.writer import Item, trace_of

_SENT_BY_CLIENT = ("return", "contest")


def returned(answer: Answer) -> Item:
    """Return the entry on its way back, or the next word in an argument about a return."""
    order, trace = answer.order, _trace(answer)
    if order.act == "dishonor":
        addenda = _contested(answer, trace)
    elif order.act in _SENT_BY_CLIENT:
        addenda = _dishonored(answer, trace)
    else:
        why = (answer.text or REASONS.get(answer.code, ""))[:44]
        addenda = f"799{_code(answer)}{order.key}{'':6}{order.bank[:8]}{why.upper():<44}{trace}"
    return _item(answer, order.fields["sec"], answer.amount, trace, addenda)


def corrected(answer: Answer) -> Item:
    """Return the notice of change: an entry of no money, and the better details."""
    order, trace = answer.order, _trace(answer)
    data = corrected_data(answer.code, order, answer.details)
    addenda = f"798{_code(answer)}{order.key}{'':6}{order.bank[:8]}{data:<29.29}{'':15}{trace}"
    return _item(answer, "COR", 0, trace, addenda)


def corrected_data(code: str, order: Order, details: Mapping[str, str]) -> str:
    """Return the 29 columns of a change; what nobody asked for is made up from the order."""
    routing = details.get("routing_number", "011401533")
    account = details.get("account_number", f"9{order.account[1:]}")
    other = {"2": "3", "3": "2"}.get(order.fields["code"][0], "2")
    kind = details.get("transaction_code", other + order.fields["code"][1])
    columns = {
        "C01": f"{account:<17.17}",
        "C02": routing,
        "C03": f"{routing:<9.9}   {account:<17.17}",
        "C04": details.get("name", f"{order.name} JR").upper(),
        "C05": kind,
        "C06": f"{account:<17.17}   {kind}",
        "C07": f"{routing:<9.9}{account:<17.17}{kind}",
        "C08": details.get("receiving_bank", "DEUTDEFF"),
        "C09": details.get("identification", "ID 1").upper(),
        "C14": details.get("class_code", "CCD"),
    }
    return columns.get(code, details.get("corrected", ""))


def _item(answer: Answer, sec: str, amount: int, trace: str, addenda: str) -> Item:
    order, fields = answer.order, answer.order.fields
    code = fields["code"]
    # What the client sent as a return keeps its code in the whole argument about it.
    way_back = code[1] if code[1] in "16" else "1" if order.is_credit else "6"
    columns = fields["columns"]
    return Item(
        odfi=order.bank[:8],
        company=fields["company"],
        company_id=fields["company_id"],
        sec=sec,
        description=fields["description"],
        code=code[0] + way_back,
        routing=fields["odfi"] + check_digit(fields["odfi"]),
        account=order.account.partition("/")[0],
        amount=amount,
        identity=fields["identity"],
        columns=f"0001{order.name:<16.16}" if sec == "CTX" else columns,
        discretionary=fields["discretionary"],
        trace=trace,
        addenda=(addenda,),
    )


def _dishonored(answer: Answer, trace: str) -> str:
    """The originator's bank does not take a return of the client's."""
    order = answer.order
    return (
        f"799{_code(answer)}{order.original}{'':6}{order.fields['odfi']}{'':3}{order.key}"
        f"{answer.day:%j}{order.fields['reason'][1:]}{answer.text.upper():<21.21}{trace}"
    )


def _contested(answer: Answer, trace: str) -> str:
    """The receiver's bank stands by a return that the client dishonored."""
    order, said = answer.order, answer.order.fields["addenda"]
    return (
        f"799{_code(answer)}{order.original}{'':6}{order.bank[:8]}{'':3}{said[38:53]}{said[53:56]}"
        f"{said[56:58]}{order.key}{answer.day:%j}{order.fields['reason'][1:]} {trace}"
    )


def _code(answer: Answer) -> str:
    assert len(answer.code) == 3, f"{answer.code} is no code of the network"
    return answer.code


def _trace(answer: Answer) -> str:
    return trace_of(answer.order.bank[:8], answer.number)
