"""What every message declares holds both ways: what is written is read back, nothing else is."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from bezant.iso20022 import head, messages
from bezant.iso20022.messages import KINDS
from bezant.iso20022.parse import Parser
from bezant.iso20022.shape import shape_of
from bezant.iso20022.write import Writer
from bezant.kernel.errors import FileRefused
from tests.iso20022.made_up import struct_of
from tests.rails.steps import steps_of

PATIENT = settings(
    max_examples=6, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def without_lines(value):
    """A struct as it was before it knew where it stood."""
    if isinstance(value, tuple):
        return tuple(map(without_lines, value))
    if not hasattr(value, "__struct_fields__"):
        return value
    changed = {name: without_lines(getattr(value, name)) for name in value.__struct_fields__}
    return structs.replace(value, **(changed | ({"line": 0} if "line" in changed else {})))


def written(value, root, *, old=False):
    writer = Writer(old=old)
    writer.struct(root, shape_of(type(value)), value)
    return writer.content()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@PATIENT
@given(data=st.data(), old=st.booleans())
def test_what_is_written_is_read_back(kind, data, old):
    old = old and kind.old > 0
    value = data.draw(struct_of(kind.cls, old=old))
    xml = written(value, kind.root, old=old)
    (document,) = Parser({kind.root: shape_of(kind.cls)}).read(xml)
    assert without_lines(document.value) == value
    assert written(document.value, kind.root, old=old) == xml


@PATIENT
@given(header=struct_of(head.Header))
def test_a_header_is_read_back(header):
    (document,) = Parser({"AppHdr": shape_of(head.Header)}).read(written(header, "AppHdr"))
    assert document.value == header


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_required_element_is_missed(kind):
    """An empty message says which elements are missing, each by its place."""
    with pytest.raises(FileRefused) as refused:
        messages.read(f"<{kind.root}></{kind.root}>".encode())
    reasons = {problem.reason for problem in refused.value.problems}
    required = shape_of(kind.cls).required.values()
    assert reasons == {f"{path} is missing or says nothing" for path in required}
    assert {problem.path for problem in refused.value.problems} == {f"/{kind.root}"}


@settings(max_examples=60)
@given(noise=st.binary(max_size=300), at=st.integers(0, 10**6), cut=st.integers(0, 300))
def test_any_damage_gives_a_message_or_a_refusal(noise, at, cut):
    whole = sample(3)
    at %= len(whole)
    damaged = whole[:at] + noise + whole[at + cut :]
    messages.recognize(damaged)
    result = outcome(damaged)
    assert getattr(result, "family", "") == "pain.001" or all(
        problem.reason for problem in result.problems
    )


def sample(count):
    """A pain.001 of as many payments."""
    payment = """<CdtTrfTxInf><PmtId><EndToEndId>E{n}</EndToEndId></PmtId>
<Amt><InstdAmt Ccy="EUR">1.{n:02d}</InstdAmt></Amt></CdtTrfTxInf>\n"""
    payments = "".join(payment.format(n=n % 100) for n in range(count))
    return f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-02T03:04:05</CreDtTm><NbOfTxs>{count}</NbOfTxs>
<InitgPty></InitgPty></GrpHdr><PmtInf><PmtInfId>P</PmtInfId><PmtMtd>TRF</PmtMtd>
<ReqdExctnDt>2026-01-02</ReqdExctnDt><Dbtr></Dbtr><DbtrAcct></DbtrAcct><DbtrAgt></DbtrAgt>
{payments}</PmtInf></CstmrCdtTrfInitn></Document>""".encode()


def test_reading_takes_steps_in_proportion_to_the_file():
    noise = random.Random(7).randbytes(40_000)
    for small, large in [(sample(200), sample(400)), (noise, noise * 2)]:
        before = steps_of(outcome, small)
        assert steps_of(outcome, large) <= 2.2 * before + 200


def outcome(data):
    try:
        return messages.read(data)
    except FileRefused as refusal:
        return refusal


def test_what_is_taken_as_it_comes_is_not_kept():
    taken = []
    cls = messages.pain.CreditOrder
    message = messages.read(sample(3), each={cls: lambda one, batch: taken.append((one, batch))})
    assert [one.id.end_to_end for one, _ in taken] == ["E0", "E1", "E2"]
    assert {batch["id"] for _, batch in taken} == {"P"}
    assert [batch.payments for batch in message.body.batches] == [()]


def test_lines_are_counted_beyond_the_sixteen_bits_of_other_parsers():
    padded = sample(1).replace(b"<PmtInf>", b"\n" * 100_000 + b"<PmtInf>")
    message = messages.read(padded)
    assert message.body.batches[0].line == 100_003
