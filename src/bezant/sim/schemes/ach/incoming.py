"""What others send to the client by ACH: credits, debits and international entries."""

from bezant.sim.scheme import Client, Incoming
from bezant.sim.schemes.ach.file import check_digit
from bezant.sim.schemes.ach.writer import Item, trace_of

_ROOM = 80
_FROM_ABROAD = "IAT"
_SOME_BANK = "11000000"
"""Who sends what names no bank."""

_DESCRIPTIONS = {"credit": "PAYMENT", "debit": "COLLECTION"}


def item_of(incoming: Incoming, client: Client) -> Item:
    """Return the entry; raises LookupError for what the network has no entry for.

    Of `fields` it knows `class_code`, `description`, `company_id`, `identity` and, from abroad,
    `country` and `originator`.
    """
    if incoming.kind not in _DESCRIPTIONS:
        raise LookupError(f"ACH has no entry for a {incoming.kind}")
    fields = incoming.fields
    odfi = incoming.bank[:8] or _SOME_BANK
    trace = trace_of(odfi, incoming.number)
    sec = fields.get("class_code", "CCD")
    abroad = sec == _FROM_ABROAD
    texts = _texts(incoming.remittance)
    columns = f"{len(texts):04d}{client.name:<16.16}" if sec == "CTX" else client.name
    return Item(
        odfi=odfi,
        company=incoming.name.upper(),
        company_id=fields.get("company_id", f"9{odfi}0"),
        sec=sec,
        description=fields.get("description", _DESCRIPTIONS[incoming.kind]),
        code="22" if incoming.kind == "credit" else "27",
        routing=client.bank[:8] + check_digit(client.bank[:8]),
        account=client.account,
        amount=incoming.amount,
        identity=incoming.reference.upper(),
        columns=columns.upper(),
        discretionary="",
        trace=trace,
        addenda=_from_abroad(incoming, client, trace) if abroad else _notes(texts, trace),
    )


def _texts(text: str) -> list[str]:
    return [text[at : at + _ROOM] for at in range(0, len(text), _ROOM)]


def _notes(texts: list[str], trace: str) -> tuple[str, ...]:
    return tuple(f"705{text:<80.80}{number:04d}{trace[8:]}" for number, text in enumerate(texts, 1))


def _from_abroad(incoming: Incoming, client: Client, trace: str) -> tuple[str, ...]:
    """The seven records that every international entry has, and the remittance."""
    country = incoming.fields.get("country", "DE")
    sender = incoming.fields.get("originator", incoming.name).upper()
    end = trace[8:]
    records = [
        f"710BUS{incoming.amount:018d}{incoming.reference.upper():<22.22}{client.name:<35.35}{'':6}",
        f"711{sender:<35.35}{'1 MAIN STREET':<35}{'':14}",
        f"712{'BERLIN*BE' + chr(92):<35}{country + '*10115' + chr(92):<35}{'':14}",
        f"713{'FOREIGN BANK':<35}02{incoming.account:<34.34}{country:<3}{'':10}",
        f"714{'RECEIVING BANK':<35}01{client.bank:<34.34}{'US':<3}{'':10}",
        f"715{'':15}{'2 WALL STREET':<35}{'':34}",
        f"716{'NEW YORK*NY' + chr(92):<35}{'US*10005' + chr(92):<35}{'':14}",
    ]
    if incoming.remittance:
        records.append(f"717{incoming.remittance:<80.80}0001")
    return tuple(record + end for record in records)
