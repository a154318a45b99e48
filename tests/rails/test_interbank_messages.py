"""Interbank messages by themselves: their bytes, their names, what is objected to, what is read."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bezant.iso20022.reasons import REASONS, reason
from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import Address, BicAccount, GbAccount, IbanAccount, PixKey, UsAccount
from bezant.rails.chaps import CHAPS
from bezant.rails.fednow import FEDNOW
from bezant.rails.rtp import RTP
from bezant.rails.swift import SWIFT
from tests.rails.interbank_samples import (
    BOSTON,
    CHAPS_WORLD,
    FEDNOW_WORLD,
    FEDWIRE_WORLD,
    GB,
    RTP_WORLD,
    SWIFT_WORLD,
    US,
    WORLDS,
    instruction,
)
from tests.rails.steps import steps_of

each_world = pytest.mark.parametrize("world", WORLDS, ids=str)
UETR = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

GOLDEN = """\
<?xml version="1.0" encoding="UTF-8"?>
<FedNowIncoming xmlns="urn:fednow:incoming:v001">
<FedNowIncomingMessage>
<FedNowPaymentStatusRequest>
<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02">
<Fr>
<FIId>
<FinInstnId>
<ClrSysMmbId>
<MmbId>021000021</MmbId>
</ClrSysMmbId>
</FinInstnId>
</FIId>
</Fr>
<To>
<FIId>
<FinInstnId>
<ClrSysMmbId>
<MmbId>021150706</MmbId>
</ClrSysMmbId>
</FinInstnId>
</FIId>
</To>
<BizMsgIdr>20260304021000021BZ0000000001</BizMsgIdr>
<MsgDefIdr>pacs.028.001.03</MsgDefIdr>
<MktPrctc>
<Regy>www2.swift.com/mystandards/#/group/Federal_Reserve_Financial_Services/FedNow_Service</Regy>
<Id>frb.fednow.01</Id>
</MktPrctc>
<CreDt>2026-03-04T10:30:00-05:00</CreDt>
</AppHdr>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.028.001.03">
<FIToFIPmtStsReq>
<GrpHdr>
<MsgId>20260304021000021BZ0000000001</MsgId>
<CreDtTm>2026-03-04T10:30:00-05:00</CreDtTm>
</GrpHdr>
<TxInf>
<OrgnlGrpInf>
<OrgnlMsgId>20260304021000021BZ0000001000</OrgnlMsgId>
<OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId>
</OrgnlGrpInf>
<OrgnlInstrId>021000021BZ0000001000</OrgnlInstrId>
<OrgnlEndToEndId>E2E-1</OrgnlEndToEndId>
<OrgnlUETR>30d516c7-0347-4807-b8ed-5fcd17d9e440</OrgnlUETR>
<InstgAgt>
<FinInstnId>
<ClrSysMmbId>
<ClrSysId>
<Cd>USABA</Cd>
</ClrSysId>
<MmbId>021000021</MmbId>
</ClrSysMmbId>
</FinInstnId>
</InstgAgt>
<InstdAgt>
<FinInstnId>
<ClrSysMmbId>
<ClrSysId>
<Cd>USABA</Cd>
</ClrSysId>
<MmbId>021150706</MmbId>
</ClrSysMmbId>
</FinInstnId>
</InstdAgt>
</TxInf>
</FIToFIPmtStsReq>
</Document>
</FedNowPaymentStatusRequest>
</FedNowIncomingMessage>
</FedNowIncoming>
"""


def test_the_bytes_of_an_enquiry():
    assert FEDNOW_WORLD.pack(instruction(FEDNOW_WORLD, act="enquire")).decode() == GOLDEN


@each_world
def test_a_question_names_its_payment_as_the_payment_did(world):
    paid = world.order(instruction(world, 1000)).fields
    for act in ("enquire", "recall"):
        original = structs.replace(instruction(world, act=act).original, end_to_end_id="")
        asked = world.order(instruction(world, act=act, original=original)).fields
        names = ("end_to_end_id", "uetr")
        assert [asked[name] for name in names] == [paid[name] for name in names]
        assert asked["original_message_id"] == paid["message_id"]


@each_world
def test_every_act_is_packed_and_read_back_under_its_own_trace(world):
    for act in world.rail.capabilities.acts:
        order = instruction(world, act=act)
        data = world.pack(order)
        (fact,) = world.rail.read(data).facts
        assert (fact.kind, fact.trace) == ("submitted", order.trace)
        assert world.pack(order) == data


@each_world
def test_a_message_belongs_to_one_rail_alone(world):
    data = world.pack(instruction(world))
    known = [other.rail.capabilities.name for other in WORLDS if other.rail.recognize(data)]
    assert known == [world.rail.capabilities.name]


@pytest.mark.parametrize("world", [FEDWIRE_WORLD, CHAPS_WORLD, SWIFT_WORLD], ids=str)
@given(a=st.integers(1, 10**10), b=st.integers(1, 10**10))
def test_a_uetr_is_a_version_4_uuid_that_ascends(world, a, b):
    first, second = (world.rail.trace(world.originator, number) for number in (a, b))
    assert UETR.fullmatch(first)
    assert (first < second) == (a < b)
    other = structs.replace(world.originator, company_id="somebody else")
    assert world.rail.trace(other, a) != first


def test_two_messages_in_one_are_refused():
    both = [instruction(FEDNOW_WORLD, 1), instruction(FEDNOW_WORLD, 2)]
    with pytest.raises(FileRefused, match="carries one instruction"):
        FEDNOW.pack(both, US, created_at=None, file_modifier="A", reference="BZ000001")


OBJECTIONS = [
    (FEDNOW_WORLD, {"amount": 1_000_000_001}, "between 1 and 1000000000"),
    (FEDNOW_WORLD, {"amount": 100_000_001, "effective_date": date(2025, 7, 2)}, "100000000"),
    (FEDNOW_WORLD, {"currency": "eur"}, "currency eur"),
    (FEDNOW_WORLD, {"direction": "debit"}, "does not collect"),
    (FEDNOW_WORLD, {"act": "verify"}, "no message for verify"),
    (RTP_WORLD, {"act": "return"}, "no message for return"),
    (FEDNOW_WORLD, {"name": "…"}, "no name"),
    (FEDNOW_WORLD, {"account": UsAccount("011401534", "1")}, "check digit"),
    (FEDNOW_WORLD, {"account": UsAccount("011401533", "1 2")}, "account number"),
    (FEDNOW_WORLD, {"account": PixKey("a@b.c", "email")}, "does not reach"),
    (FEDNOW_WORLD, {"details": {"colour": "blue"}}, "colour"),
    (FEDNOW_WORLD, {"end_to_end_id": "NOTPROVIDED"}, "leave it out"),
    (FEDNOW_WORLD, {"end_to_end_id": "x" * 36}, "35 Latin characters"),
    (FEDNOW_WORLD, {"act": "recall", "reason": "because"}, "four letters"),
    (FEDNOW_WORLD, {"act": "request", "details": {"expires_on": "soon"}}, "no date"),
    (FEDNOW_WORLD, {"act": "enquire", "original": None}, "which movement"),
    (CHAPS_WORLD, {"account": GbAccount("20-00-00", "12345678")}, "sort code"),
    (CHAPS_WORLD, {"account": GbAccount("200000", "1234567")}, "eight digits"),
    (CHAPS_WORLD, {"details": {"instructed_agent": "200000"}}, "no BIC"),
    (SWIFT_WORLD, {"account": IbanAccount("GB82WEST12345698765433", "WESTGB2L")}, "IBAN"),
    (SWIFT_WORLD, {"account": IbanAccount("GB82WEST12345698765432")}, "BIC"),
    (SWIFT_WORLD, {"account": BicAccount("12 3", "WESTGB2L", "GB")}, "account number"),
    (SWIFT_WORLD, {"details": {"charges": "ALL"}}, "OUR, SHA or BEN"),
    (SWIFT_WORLD, {"details": {"charges_taken": "2.50"}}, "minor units"),
]


@pytest.mark.parametrize(("world", "changes", "reason"), OBJECTIONS)
def test_what_a_rail_cannot_carry_it_says(world, changes, reason):
    order = instruction(world, **changes)
    assert any(reason in one for one in world.rail.objections(order))
    with pytest.raises(FileRefused) as refused:
        world.pack(order)
    assert {problem.path for problem in refused.value.problems} == {order.movement}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"dialect": {"colour": "blue"}}, "colour"),
        ({"bank_id": "021000021"}, "BIC"),
        ({"account": GbAccount("1", "2")}, "sort code"),
    ],
)
def test_what_a_sender_lacks_is_said(changes, reason):
    with pytest.raises(FileRefused, match=reason):
        CHAPS.pack(
            [instruction(CHAPS_WORLD)],
            structs.replace(GB, **changes),
            created_at=None,
            file_modifier="A",
            reference="BZ000001",
        )


@pytest.mark.parametrize(
    ("day", "address", "fits"),
    [
        (date(2026, 11, 13), None, True),
        (date(2026, 11, 14), None, False),
        (date(2026, 11, 14), Address("US"), False),
        (date(2026, 11, 14), Address("US", "Boston"), True),
    ],
)
def test_addresses_must_be_structured_from_their_day_on(day, address, fits):
    order = instruction(SWIFT_WORLD, address=address, effective_date=day)
    assert (SWIFT.objections(order) == ()) == fits


@pytest.mark.parametrize(
    ("details", "bearer", "ordered", "charges"),
    [
        ({}, "SHAR", None, None),
        ({"charges": "OUR"}, "DEBT", None, None),
        ({"charges": "BEN"}, "CRED", "6000", None),
        ({"charges": "BEN", "charges_taken": "250"}, "CRED", "6250", "250"),
        ({"charges": "SHAR", "charges_taken": "250"}, "SHAR", "6250", "250"),
    ],
)
def test_who_bears_charges_and_what_was_taken_is_told(details, bearer, ordered, charges):
    (fact,) = SWIFT.read(SWIFT_WORLD.pack(instruction(SWIFT_WORLD, details=details))).facts
    assert fact.amount == Money(6000, "eur")
    assert fact.details["bearer"] == bearer
    assert fact.details.get("ordered") == ordered
    assert fact.details.get("charges") == charges


STATUS = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10"><FIToFIPmtStsRpt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-04T23:30:00-05:00</CreDtTm></GrpHdr>
{payments}
</FIToFIPmtStsRpt></Document>
"""
ONE = """<TxInfAndSts>{names}<TxSts>{status}</TxSts>{reason}</TxInfAndSts>
"""


def status(names, status="ACSC", reason=""):
    return STATUS.format(payments=ONE.format(names=names, status=status, reason=reason)).encode()


NAMED = "<OrgnlInstrId>I1</OrgnlInstrId>"


@pytest.mark.parametrize(
    ("rail", "code", "kind"),
    [
        (FEDNOW, "ACTC", "acknowledged"),
        (RTP, "ACTC", "settled"),
        (FEDNOW, "ACWP", "pending"),
        (RTP, "ACWP", "pending"),
        (FEDNOW, "ACCC", "settled"),
        (FEDNOW, "BLCK", "rejected"),
        (CHAPS, "ACSP", "acknowledged"),
        (CHAPS, "PDNG", "pending"),
        (SWIFT, "ACSC", "acknowledged"),
        (SWIFT, "ACCC", "settled"),
    ],
)
def test_what_a_status_means_on_each_network(rail, code, kind):
    (fact,) = rail.read(status(NAMED, code)).facts
    assert (fact.kind, fact.code, fact.trace) == (kind, code, "I1")


@pytest.mark.parametrize(
    ("code", "kind"), [("G000", "acknowledged"), ("G002", "pending"), ("G004", "pending")]
)
def test_what_the_tracker_says_of_a_payment_on_its_way(code, kind):
    why = f"<StsRsnInf><Rsn><Prtry>{code}</Prtry></Rsn></StsRsnInf>"
    (fact,) = SWIFT.read(status(NAMED, "ACSP", why)).facts
    assert (fact.kind, fact.code) == (kind, code)


@pytest.mark.parametrize(
    ("names", "trace"),
    [
        ("<OrgnlInstrId>I1</OrgnlInstrId><OrgnlEndToEndId>E1</OrgnlEndToEndId>", "I1"),
        ("<OrgnlInstrId>NOTPROVIDED</OrgnlInstrId><OrgnlTxId>T1</OrgnlTxId>", "T1"),
        ("<OrgnlEndToEndId>E1</OrgnlEndToEndId>", "E1"),
        (
            "<OrgnlGrpInf><OrgnlMsgId>20260304021000021BZ0000000007</OrgnlMsgId></OrgnlGrpInf>",
            "021000021BZ0000000007",
        ),
    ],
)
def test_a_status_finds_its_payment_by_the_best_name_it_has(names, trace):
    (fact,) = FEDNOW.read(status(names)).facts
    assert fact.trace == trace


@pytest.mark.parametrize("none", ["NOTPROVIDED", "notprovided", "NONREF", "0"])
def test_a_name_that_means_none_never_finds_a_payment(none):
    names = f"<OrgnlInstrId>{none}</OrgnlInstrId><OrgnlEndToEndId>{none}</OrgnlEndToEndId>"
    with pytest.raises(FileRefused, match="names no payment"):
        FEDNOW.read(status(names))


def test_a_status_that_is_not_known_is_a_problem_and_says_where():
    with pytest.raises(FileRefused, match="'WXYZ' is not known") as refused:
        FEDNOW.read(status(NAMED, "WXYZ"))
    assert refused.value.problems[0].line == 3


def test_the_day_of_an_answer_is_the_networks():
    (fact,) = FEDNOW.read(status(NAMED)).facts
    assert fact.on == date(2026, 3, 4)
    (fact,) = SWIFT.read(status(NAMED, "ACCC")).facts
    assert fact.on == date(2026, 3, 5)


def test_a_whole_message_that_is_refused_is_its_payment():
    group = (
        "<OrgnlGrpInfAndSts><OrgnlMsgId>M20260304021000021BZ0000000007</OrgnlMsgId>"
        "<OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId><GrpSts>RJCT</GrpSts>"
        "<StsRsnInf><Rsn><Cd>AM05</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts>"
    )
    (fact,) = RTP.read(STATUS.format(payments=group).encode()).facts
    assert (fact.kind, fact.trace) == ("rejected", "021000021BZ0000000007")
    assert (fact.code, fact.failure_code) == ("AM05", "could_not_process")


def test_reading_many_statuses_takes_steps_in_proportion():
    def many(count):
        rows = [
            ONE.format(names=f"<OrgnlInstrId>I{n}</OrgnlInstrId>", status="ACSC", reason="")
            for n in range(count)
        ]
        return STATUS.format(payments="".join(rows)).encode()

    before, after = (steps_of(FEDNOW.read, many(count)) for count in (100, 200))
    assert after <= 2.2 * before


@each_world
@pytest.mark.parametrize(
    "bad",
    [
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
        b"<a>" * 5000,
        b"<Document><FIToFIPmtStsRpt><GrpHdr><MsgId>" + b"x" * 100_000,
    ],
)
def test_what_is_hostile_is_refused(world, bad):
    with pytest.raises(FileRefused):
        world.rail.read(bad)


def test_text_for_a_bank_is_latin_and_cut():
    order = instruction(
        SWIFT_WORLD, name="Ærø & Søn " + "x" * 200, remittance="Größe <1> " + "y" * 200
    )
    (fact,) = SWIFT.read(SWIFT_WORLD.pack(order)).facts
    assert fact.counterparty.name.startswith("AEro + Son")
    assert len(fact.counterparty.name) == 140
    assert fact.remittance.startswith("Grosse (1)")
    assert len(fact.remittance) == 140
    assert fact.counterparty.address == BOSTON


def test_reasons_are_four_signs_and_say_something():
    assert all(len(code) == 4 and one.meaning and one.failure_code for code, one in REASONS.items())
    assert reason("AC04").failure_code == "account_closed"
    assert reason("ZZ99") == ("ZZ99", "Refused as ZZ99", "could_not_process")
