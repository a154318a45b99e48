"""The network's files: ISO 8583 messages of 1993, each behind its length in four bytes.

    1644/697 header   1240/200 presentment   1442/450 chargeback   1644/603 inquiry
    1740/783 moved by a matter   1644/685 settlement
    1644/801 decision   1644/802 fraud   1644/803 refund   1644/804 held   1644/695 trailer

Functions from 801 on are the network's own. In field 48 tags have four digits and lengths three.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bezant.sim.cards.clearing import Cleared, Moved, Total
from bezant.sim.cards.codec import FIELDS_1993, encode
from bezant.sim.cards.holds import Held
from bezant.sim.cards.matters import Told

_PRESENTMENT, _REFUND = "000000", "200000"
_FULL_CHARGEBACK, _INQUIRY = "450", "603"
_DECIDED, _FRAUD, _REFUND_TOLD, _HELD = "801", "802", "803", "804"


def write(
    name: str, now: datetime, cleared: Sequence[Cleared], moved: Sequence[Moved], total: Total
) -> bytes:
    """Return the file of a settlement: what was cleared, what matters have moved, the total."""
    records = [_presentment(one, now) for one in cleared]
    return _file(name, [*records, *(_moved(one, now) for one in moved), _settlement(total)])


def tell(name: str, now: datetime, told: Sequence[Told], held: Sequence[Held]) -> bytes:
    """Return a file that brings matters up, and says what is held."""
    return _file(name, [*(_matter(one, now) for one in told), *(_hold(one, now) for one in held)])


def _file(name: str, inner: Sequence[dict[int, str]]) -> bytes:
    header = {0: "1644", 24: "697", 48: _tagged({"0105": name, "0122": "T"})}
    checksum = sum(int(record.get(4, "0")) for record in inner)
    last = _tagged({"0301": f"{checksum:016d}", "0306": f"{len(inner) + 2:08d}"})
    data = b""
    for number, record in enumerate([header, *inner, {0: "1644", 24: "695", 48: last}], 1):
        body = encode({**record, 71: f"{number:08d}"}, FIELDS_1993)
        data += len(body).to_bytes(4) + body
    return data + bytes(4)


def _moved(one: Moved, now: datetime) -> dict[int, str]:
    tags = {"0170": one.about, "0263": f"{one.case:010d}"}
    return {
        0: "1740",
        2: one.masked,
        3: _PRESENTMENT if one.amount > 0 else _REFUND,
        4: f"{abs(one.amount):012d}",
        12: f"{now:%y%m%d%H%M%S}",
        24: "783",
        31: one.arn,
        42: one.merchant,
        48: _tagged(tags),
        49: one.currency,
    }


def _presentment(one: Cleared, now: datetime) -> dict[int, str]:
    return {
        0: "1240",
        2: one.masked,
        3: _PRESENTMENT if one.amount > 0 else _REFUND,
        4: f"{abs(one.amount):012d}",
        12: f"{now:%y%m%d%H%M%S}",
        24: "200",
        26: one.category,
        31: one.arn,
        37: one.reference,
        42: one.merchant,
        48: _tagged(
            {
                "0146": _signed(one.interchange),
                "0147": _signed(one.scheme_fee),
                "0170": one.about,
                "0171": one.original if one.amount < 0 else "",
            }
        ),
        49: one.currency,
    }


def _hold(one: Held, now: datetime) -> dict[int, str]:
    since = datetime.fromisoformat(one.at)
    return {
        0: "1644",
        2: one.masked,
        4: f"{one.amount:012d}",
        12: f"{now:%y%m%d%H%M%S}",
        24: _HELD,
        37: one.reference,
        42: one.merchant,
        48: _tagged({"0170": one.about, "0266": f"{since:%Y%m%d%H%M%S}"}),
        49: one.currency,
    }


def _settlement(total: Total) -> dict[int, str]:
    tags = {
        "0358": total.day.replace("-", ""),
        "0359": f"{total.pays_on.replace('-', '')}{total.reference}",
        "0380": f"{total.refunded:016d}",
        "0381": f"{total.captured:016d}",
        "0382": _signed(total.charged_back),
        "0395": _signed(total.fees),
        "0396": _signed(total.net),
        "0402": f"{total.items:010d}",
    }
    return {0: "1644", 24: "685", 48: _tagged(tags), 49: total.currency}


def _matter(one: Told, now: datetime) -> dict[int, str]:
    record = {
        2: one.masked,
        4: f"{one.amount:012d}",
        12: f"{now:%y%m%d%H%M%S}",
        31: one.arn,
        42: one.merchant,
        49: one.currency,
    }
    case, ours = f"{one.case:010d}", {"0170": one.about}
    if one.kind == "dispute":
        asks = one.stage == "inquiry"
        tags = {"0262": one.reason, "0263": case, "0264": one.respond_by.replace("-", "")}
        function = _INQUIRY if asks else _FULL_CHARGEBACK
        return {0: "1644" if asks else "1442", 24: function, 48: _tagged(tags | ours)} | record
    if one.kind in {"won", "lost"}:
        tags = {"0263": case, "0265": "W" if one.kind == "won" else "L"}
        return {0: "1644", 24: _DECIDED, 48: _tagged(tags | ours)} | record
    if one.kind == "fraud":
        return {0: "1644", 24: _FRAUD, 48: _tagged({"0262": one.reason} | ours)} | record
    outcome = "S" if one.kind == "refund_done" else "F"
    return {0: "1644", 24: _REFUND_TOLD, 48: _tagged({"0265": outcome} | ours)} | record


def _tagged(tags: Mapping[str, str]) -> str:
    return "".join(f"{tag}{len(it):03d}{it}" for tag, it in sorted(tags.items()) if it)


def _signed(amount: int) -> str:
    return f"{'C' if amount < 0 else 'D'}{abs(amount):015d}"
