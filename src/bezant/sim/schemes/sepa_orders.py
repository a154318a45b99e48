"""Reading what a client orders by SEPA, from the standard alone: pain.001, pain.008, and questions.

Each count and sum is compared with what it is about; a file that does not agree is refused whole.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from bezant.kernel.errors import FileRefused, Problem
from bezant.sim.scheme import Client, Order, Received
from bezant.sim.schemes.documents import Tree, minor_units, name_of, need, parse, text, under

TRANSFERS, COLLECTIONS = "CstmrCdtTrfInitn", "CstmrDrctDbtInitn"
RECALLS, REVERSALS = "CstmrPmtCxlReq", "CstmrPmtRvsl"
ENQUIRIES, ANSWERS = "FIToFIPmtStsReq", "RsltnOfInvstgtn"
QUESTIONS = (RECALLS, REVERSALS, ENQUIRIES, ANSWERS)


def root_of(content: bytes) -> Tree | None:
    """Return the message in some bytes, the element in the document; nothing if there is none."""
    if content.lstrip()[:1] != b"<":
        return None
    try:
        document = parse(content)
    except FileRefused:
        return None
    return document[0] if name_of(document) == "Document" and len(document) else None


def is_verification(content: bytes) -> bool:
    """Tell whether some bytes ask whether a name and an account belong together."""
    return content.lstrip()[:1] == b"{" and b'"partyAccount"' in content


def read_orders(content: bytes, client: Client) -> Received:
    """Return what a client's message asks for; raises FileRefused with the problem."""
    if is_verification(content):
        return _verification(content)
    root = root_of(content)
    if root is None:
        raise FileRefused([Problem(None, None, "not a SEPA message")])
    readers = {
        TRANSFERS: _transfers,
        COLLECTIONS: _collections,
        RECALLS: _recalls,
        REVERSALS: _reversals,
        ENQUIRIES: _enquiries,
        ANSWERS: _answers,
    }
    orders = tuple(readers[name_of(root)](root, client))
    identity = text(root, "GrpHdr/MsgId") or text(root, "Assgnmt/Id")
    keys = [order.key for order in orders]
    if len(set(keys)) != len(keys):
        raise FileRefused([Problem(None, name_of(root), "an instruction stands twice")])
    return Received(identity, identity, orders)


def _check(tree: Tree, orders: list[Order]) -> None:
    """Compare what a header says with what there is."""
    said = text(tree, "NbOfTxs")
    if said and said != str(len(orders)):
        raise FileRefused([Problem(_line(tree), "NbOfTxs", f"{said}, and not {len(orders)}")])
    total = text(tree, "CtrlSum")
    if total and minor_units(tree, total) != sum(order.amount for order in orders):
        raise FileRefused([Problem(_line(tree), "CtrlSum", f"{total} is not the sum")])


def _line(tree: Tree) -> int:
    return int(tree.sourceline or 0)


def _amount(tree: Tree, path: str) -> int:
    amount = need(tree, path)
    if amount.get("Ccy") != "EUR":
        raise FileRefused([Problem(_line(amount), path, "the currency is not EUR")])
    return minor_units(amount, (amount.text or "").strip())


def _day(tree: Tree, *paths: str) -> date:
    written = next((found for path in paths if (found := text(tree, path))), "")
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise FileRefused([Problem(_line(tree), paths[0], f"{written!r} is no day")]) from None


def _own_account(batch: Tree, path: str, client: Client) -> None:
    account = text(batch, f"{path}/Id/IBAN")
    if account != client.account:
        raise FileRefused([Problem(_line(batch), path, f"{account} is not the client's account")])


def _transfers(root: Tree, client: Client) -> Iterator[Order]:
    every: list[Order] = []
    for batch in under(root, "PmtInf"):
        _own_account(batch, "DbtrAcct", client)
        due = _day(batch, "ReqdExctnDt/Dt", "ReqdExctnDt")
        orders = [_transfer(it, batch, root, due) for it in under(batch, "CdtTrfTxInf")]
        _check(batch, orders)
        every += orders
    _check(need(root, "GrpHdr"), every)
    yield from every


def _transfer(item: Tree, batch: Tree, root: Tree, due: date) -> Order:
    return Order(
        key=_key(item),
        act="pay",
        amount=_amount(item, "Amt/InstdAmt"),
        currency="eur",
        is_credit=True,
        bank=text(item, "CdtrAgt/FinInstnId/BICFI") or text(item, "CdtrAgt/FinInstnId/BIC"),
        account=text(need(item, "CdtrAcct"), "Id/IBAN"),
        name=text(item, "Cdtr/Nm"),
        due_on=due,
        fields=_fields(item, batch, root, "pain.001.001.09"),
    )


def _key(item: Tree) -> str:
    return text(item, "PmtId/InstrId") or text(need(item, "PmtId"), "EndToEndId")


def _fields(item: Tree, batch: Tree, root: Tree, name: str) -> dict[str, str]:
    """Return what an answer must repeat."""
    found = {
        "message": text(root, "GrpHdr/MsgId"),
        "format": name,
        "batch": text(batch, "PmtInfId"),
        "booked_as": _booked_as(item, batch),
        "end_to_end": text(item, "PmtId/EndToEndId"),
        "mandate": text(item, "DrctDbtTx/MndtRltdInf/MndtId"),
    }
    return {key: value for key, value in found.items() if value}


def _booked_as(item: Tree, batch: Tree) -> str:
    """Return what the statement calls the line of an order: its batch, unless they are apart."""
    if text(batch, "BtchBookg") == "false":
        return text(item, "PmtId/EndToEndId")
    return text(batch, "PmtInfId")


def _collections(root: Tree, client: Client) -> Iterator[Order]:
    every: list[Order] = []
    for batch in under(root, "PmtInf"):
        _own_account(batch, "CdtrAcct", client)
        if not text(batch, "CdtrSchmeId/Id/PrvtId/Othr/Id"):
            raise FileRefused([Problem(_line(batch), "CdtrSchmeId", "no creditor identifier")])
        due = _day(batch, "ReqdColltnDt")
        orders = [_collection(it, batch, root, due) for it in under(batch, "DrctDbtTxInf")]
        _check(batch, orders)
        every += orders
    _check(need(root, "GrpHdr"), every)
    yield from every


def _collection(item: Tree, batch: Tree, root: Tree, due: date) -> Order:
    mandate = need(item, "DrctDbtTx/MndtRltdInf")
    if not text(mandate, "MndtId") or not text(mandate, "DtOfSgntr"):
        raise FileRefused([Problem(_line(mandate), "MndtRltdInf", "no mandate, or none signed")])
    return Order(
        key=_key(item),
        act="collect",
        amount=_amount(item, "InstdAmt"),
        currency="eur",
        is_credit=False,
        bank=text(item, "DbtrAgt/FinInstnId/BICFI") or text(item, "DbtrAgt/FinInstnId/BIC"),
        account=text(need(item, "DbtrAcct"), "Id/IBAN"),
        name=text(item, "Dbtr/Nm"),
        due_on=due,
        fields=_fields(item, batch, root, "pain.008.001.08"),
    )


def _asked(item: Tree, act: str, key: str, amount: int, code: str = "") -> Order:
    fields = {"end_to_end": text(item, "OrgnlEndToEndId"), "reason": code}
    return Order(
        key=key,
        act=act,
        amount=amount,
        currency="eur",
        is_credit=True,
        bank="",
        account="",
        name="",
        original=text(item, "OrgnlInstrId") or text(item, "OrgnlTxId"),
        fields={name: value for name, value in fields.items() if value},
    )


def _recalls(root: Tree, _: Client) -> Iterator[Order]:
    orders: list[Order] = []
    for item in under(root, "Undrlyg/OrgnlPmtInfAndCxl/TxInf"):
        key = text(item, "Case/Id") or text(item, "CxlId")
        code = text(item, "CxlRsnInf/Rsn/Cd")
        orders.append(_asked(item, "recall", key, _amount(item, "OrgnlInstdAmt"), code))
    _check(need(root, "CtrlData"), orders)
    yield from orders


def _reversals(root: Tree, _: Client) -> Iterator[Order]:
    orders: list[Order] = []
    for item in under(root, "OrgnlPmtInfAndRvsl/TxInf"):
        code = text(item, "RvslRsnInf/Rsn/Cd")
        amount = _amount(item, "RvsdInstdAmt")
        orders.append(_asked(item, "reverse", text(item, "RvslId"), amount, code))
    _check(need(root, "GrpHdr"), orders)
    yield from orders


def _enquiries(root: Tree, _: Client) -> Iterator[Order]:
    for item in under(root, "TxInf"):
        yield _asked(item, "enquire", text(item, "StsReqId"), 0)


def _answers(root: Tree, _: Client) -> Iterator[Order]:
    for item in under(root, "CxlDtls/TxInfAndSts"):
        granted = text(item, "TxCxlSts") == "ACCR"
        amount = _amount(item, "OrgnlIntrBkSttlmAmt") if granted else 0
        code = text(item, "CxlStsRsnInf/Rsn/Cd")
        yield _asked(item, "return" if granted else "refuse", text(item, "CxlStsId"), amount, code)


def _verification(content: bytes) -> Received:
    try:
        asked: Any = json.loads(content)
        key = str(asked["headers"]["X-Request-ID"])
        account, name = (
            str(asked["body"]["partyAccount"]["iban"]),
            str(asked["body"]["party"]["name"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileRefused([Problem(None, None, f"not a verification of payee: {error}")]) from None
    order = Order(key, "verify", 0, "eur", is_credit=True, bank="", account=account, name=name)
    return Received(key, key, (order,))
