"""Faster Payments from the other side: a member bank's channel, and the bank that knows payees.

Accounts answer as on the other interbank networks; these answer for names:

    88888881  verified  MBAM  the name comes close
    88888882  verified  ANNM  the name is another
    88888883  verified  AC01  there is no such account
    88888884  verified  OPTO  the account's owner does not take part
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import structs

from bezant.kernel.errors import FileRefused, Problem
from bezant.sim.scheme import Answer, Client, Letter, Order, Outcome, Received
from bezant.sim.schemes.documents import DECLARATION, Inner, need, parse, text, written
from bezant.sim.schemes.interbank_network import Network, is_sort_code
from bezant.sim.schemes.interbank_people import BY_CHANCE, GB
from bezant.sim.schemes.interbank_scheme import InterbankScheme

_VERIFIES = b"acmt.023.001.02"
_CLOSE = frozenset({"MBAM", "PAMM", "BAMM"})
_GONE = {"AC03": "AC01", "AC04": "AC01"}
"""What is said of accounts that payments do not find."""
_PAYEES: Mapping[str, tuple[Outcome, str]] = {
    "88888881": ("verified", "MBAM"),
    "88888882": ("verified", "ANNM"),
    "88888883": ("verified", "AC01"),
    "88888884": ("verified", "OPTO"),
}

NETWORK = Network(
    name="fps",
    currency="GBP",
    header="head.001.001.02",
    versions={
        "pacs.008": "pacs.008.001.08",
        "pacs.002": "pacs.002.001.10",
        "pacs.004": "pacs.004.001.09",
        "pacs.028": "pacs.028.001.03",
        "camt.056": "camt.056.001.08",
        "camt.029": "camt.029.001.09",
        "admi.002": "admi.002.001.01",
    },
    wrappers={},
    to_network=("FasterPayment",),
    from_network=("FasterPayment",),
    namespace_in="urn:fps:member:out",
    namespace_out="urn:fps:member:in",
    own_id="",
    clearing_system="FPS",
    names_by="instruction",
    member=is_sort_code,
    member_code="GBDSC",
    bearers=("SLEV",),
    settled="ACSC",
    pending="ACWP",
    accepted="ACSP",
    granted="CNCL",
    refused="RJCR",
)


class FpsScheme(InterbankScheme):
    """Faster Payments with confirmation of payee."""

    def __init__(self) -> None:
        """One member bank's channel."""
        super().__init__(
            NETWORK,
            marks=(b"urn:fps:member:out",),
            magic={**GB, **_PAYEES},
            by_chance=BY_CHANCE,
            settles=lambda day: day,
        )

    def recognize(self, content: bytes) -> bool:
        """Tell whether some bytes look like a message of the channel, or a question for a payee."""
        return _VERIFIES in content[:1000] or super().recognize(content)

    def read(self, content: bytes, client: Client) -> Received:
        """Return what a message asks for; raises FileRefused with every problem."""
        if _VERIFIES not in content[:1000]:
            return super().read(content, client)
        question = need(parse(content), "IdVrfctnReq")
        asked = need(question, "Vrfctn")
        number = text(asked, "Id")
        bank = text(asked, "PtyAndAcctId/Agt/FinInstnId/ClrSysMmbId/MmbId")
        account = text(asked, "PtyAndAcctId/Acct/Id/Othr/Id")
        sender = text(question, "Assgnmt/Assgnr/Agt/FinInstnId/ClrSysMmbId/MmbId")
        if sender != client.bank or not is_sort_code(bank) or len(account) != 8 or not number:
            reason = "a question names its sender, itself, a sort code and eight digits"
            raise FileRefused([Problem(1, "Vrfctn", reason)])
        order = Order(
            key=number,
            act="verify",
            amount=0,
            currency="gbp",
            is_credit=True,
            bank=bank,
            account=account,
            name=text(asked, "PtyAndAcctId/Pty/Nm"),
            fields={"message_id": text(question, "Assgnmt/MsgId")},
        )
        return Received(number, number, (order,), {"message": "acmt.023.001.02"})

    def write(
        self, answers: Sequence[Answer], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return the messages that carry answers to the client."""
        letters: list[Letter] = []
        for answer in answers:
            if answer.order.act == "verify":
                letters.append(_verdict(answer, client, at))
            elif answer.outcome == "verified":
                # Whose name it is does not stop a payment.
                paid = structs.replace(answer, outcome="settled", code="")
                letters += super().write([paid], client, at, number)
            else:
                letters += super().write([answer], client, at, number)
        return letters


def _verdict(answer: Answer, client: Client, at: datetime) -> Letter:
    """Return acmt.024; the account's name is told only where the one asked for came close."""
    order = answer.order
    code = answer.code if answer.outcome == "verified" else _GONE.get(answer.code, "")
    known = answer.details.get("name") or f"{order.name} JUNIOR"
    report: dict[str, Inner] = {
        "OrgnlId": order.key,
        "Vrfctn": "false" if code else "true",
        "Rsn": {"Cd": code},
        "UpdtdPtyAndAcctId": {"Pty": {"Nm": known}} if code in _CLOSE else {},
    }
    member: Inner = {"FinInstnId": {"ClrSysMmbId": {"MmbId": order.bank}}}
    asker: Inner = {"FinInstnId": {"ClrSysMmbId": {"MmbId": client.bank}}}
    moment = at.isoformat(timespec="seconds")
    body = written(
        "IdVrfctnRpt",
        {
            "Assgnmt": {
                "MsgId": f"COP{answer.number:012d}",
                "CreDtTm": moment,
                "Assgnr": {"Agt": member},
                "Assgne": {"Agt": asker},
            },
            "OrgnlAssgnmt": {"MsgId": order.fields["message_id"], "CreDtTm": moment},
            "Rpt": report,
        },
    )
    space = "urn:iso:std:iso:20022:tech:xsd:acmt.024.001.02"
    content = f'{DECLARATION}<Document xmlns="{space}">{body}</Document>\n'
    return Letter("status", ".xml", content.encode())


FPS = FpsScheme()
