"""An acquirer's files: ISO 8583 messages of 1993, each behind its length in four bytes.

They clear what was captured, tell what a day comes to and when it is paid, bring up disputes,
frauds and what became of refunds, and say what is still held when a day is over. A file counts
only whole: its trailer says how many messages it has and what their amounts add up to, and what it
clears in a currency makes the one total that it has of it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from bezant.kernel.currency import by_number
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail.cards import (
    About,
    CardNotice,
    Cleared,
    Decided,
    Disputed,
    DisputeReason,
    DisputeStage,
    FraudWarning,
    Held,
    RefundTold,
    Settled,
)
from bezant.rails.cards.message import LONGEST, VERSION_1993, read
from bezant.rails.cards.request import from_network

LARGEST = 200_000_000
_LENGTH = 4
_REFUND = "20"
_HEADER, _TRAILER = ("1644", "697"), ("1644", "695")
_REASONS: Mapping[str, DisputeReason] = MappingProxyType(
    {
        "10.1": "fraudulent",
        "10.2": "fraudulent",
        "10.3": "fraudulent",
        "10.4": "fraudulent",
        "10.5": "fraudulent",
        "12.5": "general",
        "12.6": "duplicate",
        "13.1": "product_not_received",
        "13.2": "subscription_canceled",
        "13.3": "product_unacceptable",
        "13.4": "product_unacceptable",
        "13.5": "product_unacceptable",
        "13.6": "credit_not_processed",
        "13.7": "credit_not_processed",
        "4808": "general",
        "4834": "duplicate",
        "4837": "fraudulent",
        "4853": "product_unacceptable",
        "98": "noncompliant",
    }
)
"""Reasons of disputes by the networks' codes; Visa's have a dot, Mastercard's four digits."""

_Tags = Mapping[str, str]
_Record = Mapping[str, str]


def recognize(data: bytes) -> bool:
    """Tell whether some bytes look like such a file: its header comes first."""
    return data[_LENGTH : _LENGTH + 4] == b"1644"


def read_file(data: bytes) -> tuple[CardNotice, ...]:
    """Return what a file tells, in its order; raises FileRefused with every problem."""
    if len(data) > LARGEST:
        raise FileRefused([Problem(None, None, f"larger than the {LARGEST} bytes of a file")])
    records = list(_records(data))
    kinds = [(record["t"], record.get("24", "")) for record in records]
    if len(records) < 2 or kinds[0] != _HEADER or kinds[-1] != _TRAILER:
        raise FileRefused([Problem(None, None, "does not begin with a header and end with totals")])
    problems: list[Problem] = []
    _add_up(records, problems)
    notices: list[CardNotice] = []
    for number, (record, kind) in enumerate(zip(records[1:-1], kinds[1:-1], strict=True), 2):
        reader = _READERS.get(kind, _strange)
        try:
            notices.append(reader(record, _tags(record.get("48", ""))))
        except KeyError as missing:
            problems.append(Problem(number, f"{kind[0]}/{kind[1]}", f"{missing} is missing"))
        except ValueError as wrong:
            problems.append(Problem(number, f"{kind[0]}/{kind[1]}", str(wrong)))
    if not problems:
        problems += _tie_out(notices)
    if problems:
        raise FileRefused(problems)
    return tuple(notices)


def _strange(_record: _Record, _tags: _Tags) -> CardNotice:
    raise ValueError("no such message belongs into this file")


def _records(data: bytes) -> Iterator[_Record]:
    at, number = 0, 1
    while at + _LENGTH <= len(data):
        length = int.from_bytes(data[at : at + _LENGTH])
        at += _LENGTH
        if length == 0 and at == len(data):
            return
        if not 0 < length <= LONGEST or at + length > len(data):
            raise FileRefused([Problem(number, None, "the file is cut off, or a length is wrong")])
        yield read(data[at : at + length], VERSION_1993, number)
        at, number = at + length, number + 1
    raise FileRefused([Problem(number, None, "the file has no end")])


def _add_up(records: list[_Record], problems: list[Problem]) -> None:
    amounts = [record["4"] for record in records if "4" in record]
    try:
        told = _tags(records[-1].get("48", ""))
        if int(told.get("0306", "0")) != len(records):
            problems.append(
                Problem(len(records), "0306", "the file has another number of messages")
            )
        if int(told.get("0301", "0")) != sum(_whole(amount) for amount in amounts):
            problems.append(Problem(len(records), "0301", "the amounts add up to something else"))
    except ValueError as wrong:
        problems.append(Problem(len(records), None, str(wrong)))


def _tie_out(notices: Sequence[CardNotice]) -> list[Problem]:
    """Return where what was cleared in a currency is not what its one total says."""
    lines: defaultdict[str, list[Cleared]] = defaultdict(list)
    totals: defaultdict[str, list[Settled]] = defaultdict(list)
    for one in notices:
        if isinstance(one, Cleared):
            lines[one.amount.currency].append(one)
        elif isinstance(one, Settled):
            totals[one.net.currency].append(one)
    found: list[Problem] = []
    for currency in sorted({*lines, *totals}):
        if len(totals[currency]) != 1:
            count = len(totals[currency])
            found.append(Problem(None, currency, f"what was cleared has {count} totals, not one"))
            continue
        cleared, total = lines[currency], totals[currency][0]
        told = (total.count, total.captured, total.refunded, total.charged_back, total.fees)
        if told != _sums(cleared, currency):
            found.append(Problem(None, total.reference, "what was cleared makes another total"))
        names = Counter(one.acquirer_reference for one in cleared if not one.case)
        twice = [name for name, count in names.items() if count > 1]
        found += [Problem(None, name, "is cleared twice") for name in twice]
    return found


def _sums(cleared: Sequence[Cleared], currency: str) -> tuple[int, Money, Money, Money, Money]:
    """Return what a total has to say: count, captured, refunded, charged back, and fees."""
    sums = [0, 0, 0, 0]
    for one in cleared:
        amount = one.amount.amount
        place = 2 if one.case else 0 if amount > 0 else 1
        sums[place] += amount if place == 0 else -amount
        sums[3] += one.interchange.amount + one.scheme_fee.amount
    captured, refunded, charged_back, fees = (Money(each, currency) for each in sums)
    return len(cleared), captured, refunded, charged_back, fees


def _cleared(record: _Record, tags: _Tags) -> Cleared:
    return Cleared(
        acquirer_reference=record["31"],
        reference=record["37"].strip(),
        about=_about(tags),
        amount=_signed_amount(record),
        interchange=_fee(tags["0146"], record),
        scheme_fee=_fee(tags["0147"], record),
        on=_day(record),
        original=tags.get("0171", ""),
    )


def _moved(record: _Record, tags: _Tags) -> Cleared:
    nothing = Money.zero(_currency(record))
    return Cleared(
        acquirer_reference=record["31"],
        reference="",
        about=_about(tags),
        amount=_signed_amount(record),
        interchange=nothing,
        scheme_fee=nothing,
        on=_day(record),
        case=tags["0263"],
    )


def _settled(record: _Record, tags: _Tags) -> Settled:
    paid, currency = tags["0359"], _currency(record)
    total = Settled(
        reference=paid[8:],
        on=_date(tags["0358"]),
        pays_on=_date(paid[:8]),
        count=_whole(tags["0402"]),
        captured=from_network(_whole(tags["0381"]), currency),
        refunded=from_network(_whole(tags["0380"]), currency),
        charged_back=_fee(tags["0382"], record),
        fees=_fee(tags["0395"], record),
        net=_fee(tags["0396"], record),
    )
    if total.captured - total.refunded - total.charged_back - total.fees != total.net:
        raise ValueError("the parts of the total do not make its net amount")
    return total


def _disputed(record: _Record, tags: _Tags) -> Disputed:
    stage: DisputeStage = "inquiry" if record["24"] == "603" else "chargeback"
    code = tags["0262"]
    return Disputed(
        case=tags["0263"],
        acquirer_reference=record["31"],
        about=_about(tags),
        stage=stage,
        amount=_amount(record),
        network_reason=code,
        reason=_REASONS.get(code, "general"),
        respond_by=_date(tags["0264"]),
        on=_day(record),
    )


def _decided(record: _Record, tags: _Tags) -> Decided:
    return Decided(
        case=tags["0263"],
        about=_about(tags),
        won=tags["0265"] == "W",
        amount=_amount(record),
        on=_day(record),
    )


def _fraud(record: _Record, tags: _Tags) -> FraudWarning:
    return FraudWarning(
        acquirer_reference=record["31"],
        about=_about(tags),
        fraud_type=tags["0262"],
        on=_day(record),
    )


def _refund(record: _Record, tags: _Tags) -> RefundTold:
    return RefundTold(
        acquirer_reference=record["31"],
        about=_about(tags),
        succeeded=tags["0265"] == "S",
        amount=_amount(record),
        on=_day(record),
    )


def _held(record: _Record, tags: _Tags) -> Held:
    return Held(
        reference=record["37"].strip(),
        about=_about(tags),
        amount=_amount(record),
        since=datetime.strptime(f"{_whole(tags['0266']):014d}+0000", "%Y%m%d%H%M%S%z"),
    )


_READERS: Mapping[tuple[str, str], Callable[[_Record, _Tags], CardNotice]] = MappingProxyType(
    {
        ("1240", "200"): _cleared,
        ("1740", "783"): _moved,
        ("1644", "685"): _settled,
        ("1442", "450"): _disputed,
        ("1644", "603"): _disputed,
        ("1644", "801"): _decided,
        ("1644", "802"): _fraud,
        ("1644", "803"): _refund,
        ("1644", "804"): _held,
    }
)


def _tags(text: str) -> dict[str, str]:
    """Return the elements of field 48, whose tags have four digits here; ValueError if cut off."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        end = at + 7 + _whole(text[at + 4 : at + 7])
        if end > len(text):
            raise ValueError("field 48 is cut off")
        found[text[at : at + 4]], at = text[at + 7 : end], end
    return found


def _about(tags: _Tags) -> About:
    platform, account, subject = (*tags.get("0170", "").split(" "), "", "", "")[:3]
    return About(platform, account, subject)


def _amount(record: _Record) -> Money:
    return from_network(_whole(record["4"]), _currency(record))


def _signed_amount(record: _Record) -> Money:
    amount = _amount(record)
    return -amount if record["3"].startswith(_REFUND) else amount


def _fee(text: str, record: _Record) -> Money:
    """Return a cost: D is for us to pay, C is paid to us, less than nothing."""
    amount = from_network(_whole(text[1:]), _currency(record))
    if text[0] not in "CD":
        raise ValueError("an amount is neither debit nor credit")
    return -amount if text[0] == "C" else amount


def _currency(record: _Record) -> str:
    found = by_number().get(record["49"])
    if found is None:
        raise ValueError("field 49 is no currency")
    return found


def _day(record: _Record) -> date:
    return _date(f"20{record['12'][:6]}")


def _date(text: str) -> date:
    return date(_whole(text[:4]), _whole(text[4:6]), _whole(text[6:8]))


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("something is no number where one should be")
    return int(text)
