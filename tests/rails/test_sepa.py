"""SEPA: what is refused, what files look like, and what banks' answers mean."""

import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import Address, GbAccount, IbanAccount, Mandate, Party
from bezant.rails.sepa import SEPA_CREDIT, SEPA_DEBIT_B2B, SEPA_DEBIT_CORE, SEPA_INSTANT
from bezant.rails.sepa.debit import is_creditor_id
from bezant.rails.sepa.reasons import REASONS, r_transaction
from bezant.rails.sepa.statuses import STATUSES
from tests.rails import sepa_samples
from tests.rails.sepa_samples import MONDAY, ORIGINATOR, collection, instruction, original

GOLDEN = Path(__file__).with_name("golden")


def packed(rail, instructions, **dialect):
    originator = structs.replace(ORIGINATOR, dialect=dialect)
    return rail.pack(
        instructions,
        originator,
        created_at=sepa_samples.CREATED,
        file_modifier="A",
        reference="BZ000001",
    )


def to(iban, **changes):
    return {"counterparty": Party("Grace", IbanAccount(iban), **changes)}


UNKNOWN_DETAIL = (
    "details hold no bearer: they may hold batch, category_purpose, ultimate_creditor, "
    "ultimate_debtor"
)


@pytest.mark.parametrize(
    ("changes", "objection"),
    [
        ({"amount": Money(100, "usd")}, "the currency is usd, not eur"),
        ({"direction": "debit"}, "debits are not carried by SEPA Credit Transfer"),
        ({"counterparty": Party("G", GbAccount("108800", "00012345"))},
         "the account is not an IBAN"),
        (to("DE88370400440532013000"), "the IBAN is not valid: check its length and check digits"),
        (to("BR1500000000000010932840814P2"), "SEPA does not reach BR"),
        ({"counterparty": Party("G", IbanAccount("DE89370400440532013000", "COBADE"))},
         "the BIC is not valid"),
        ({"counterparty": Party(" ", IbanAccount("DE89370400440532013000"))},
         "the other side has no name"),
        ({"trace": "a//b"}, "the trace is not a reference of at most 35 Latin characters"),
        ({"end_to_end_id": "é"},
         "the end-to-end id is not a reference of at most 35 Latin characters"),
        ({"remittance": "x" * 141}, "the remittance is longer than 140 characters"),
        ({"purpose": "salary"}, "the purpose is not a code of four capital letters"),
        ({"details": {"bearer": "OUR"}}, UNKNOWN_DETAIL),
        ({"act": "request"}, "request is not offered"),
        ({"act": "recall", "reason": "DUPL"}, "recall does not name the original"),
        ({"act": "recall", "reason": "XXXX", "original": original()},
         "a recall's reason is one of AC03, AM09, CUST, DUPL, FRAD, TECH"),
        ({"act": "recall", "reason": "DUPL", "original": original(on=date(2026, 2, 13))},
         "a recall for DUPL was possible until 2026-02-27"),
        ({"act": "recall", "reason": "FRAD", "original": original(on=date(2025, 2, 1))},
         "a recall for FRAD was possible until 2026-03-01"),
        ({"act": "answer_recall", "reason": "FRAD", "original": original()},
         "a recall is refused for one of AC04, AM04, ARDT, CUST, LEGL, NOAS, NOOR"),
    ],
)  # fmt: skip
def test_what_a_transfer_cannot_be(changes, objection):
    assert SEPA_CREDIT.objections(structs.replace(instruction(), **changes)) == (objection,)


OLD = Mandate("M", date(2023, 1, 1))


@pytest.mark.parametrize(
    ("changes", "objection"),
    [
        ({"mandate": None}, "there is no mandate"),
        ({"mandate": OLD, "details": {"last_collected_on": "2023-03-01"}},
         "the mandate lapsed on 2026-03-01: nothing was collected for 36 months"),
        ({"mandate": Mandate("M", date(2026, 3, 3))},
         "the mandate is signed after the collection"),
        ({"mandate": Mandate("M//1", MONDAY)},
         "the mandate's reference is not one of at most 35 Latin characters"),
        ({"mandate": Mandate("M", MONDAY, amended_from={"iban": "DE1"})},
         "the mandate's former IBAN is not valid"),
        ({"mandate": Mandate("M", MONDAY, amended_from={"creditor_id": "DE99ZZZ09999999999"})},
         "the mandate's former creditor identifier is not valid"),
        ({"details": {"notified_on": "2026-02-17"}}, "the debtor was not told 14 days before"),
        ({"details": {"notified_on": "soon"}}, "notified_on is not a date as 2026-01-31"),
        ({"details": {"notified_on": "2026-02-01", "notice_days": "few"}},
         "notice_days is not a number of days"),
        ({"effective_date": date(2026, 4, 3)}, "2026-04-03 is not a TARGET day"),
        (to("CH9300762011623852957"), "a debtor outside the EEA needs an address"),
        ({"act": "reverse", "reason": "AC04", "original": original()},
         "a reversal's reason is one of AM05, MS02, MS03"),
    ],
)  # fmt: skip
def test_what_a_collection_cannot_be(changes, objection):
    assert SEPA_DEBIT_CORE.objections(collection(**changes)) == (objection,)


@pytest.mark.parametrize(
    "changes",
    [
        {"mandate": OLD},
        {"mandate": OLD, "details": {"last_collected_on": "2023-03-02"}},
        {"details": {"notified_on": "2026-02-16"}},
        {"details": {"notified_on": "2026-02-28", "notice_days": "2"}},
        to("CH9300762011623852957", address=Address("CH", "Bern")),
    ],
)
def test_what_a_collection_may_be(changes):
    assert SEPA_DEBIT_CORE.objections(collection(**changes)) == ()


def test_consumers_are_not_collected_from_between_companies():
    party = structs.replace(collection().counterparty, holder="individual")
    (objection,) = SEPA_DEBIT_B2B.objections(collection(counterparty=party))
    assert "a consumer" in objection


def test_an_instant_limit_holds_on_its_days():
    early = instruction(amount=100_000_01, effective_date=date(2025, 10, 4))
    assert "100000" in SEPA_INSTANT.objections(early)[0]
    assert SEPA_INSTANT.objections(structs.replace(early, effective_date=MONDAY)) == ()


def test_a_file_holds_one_act_and_a_trace_once():
    recall = instruction(2, act="recall", reason="DUPL", original=original())
    twice = [instruction(1), instruction(1), recall]
    with pytest.raises(FileRefused) as refused:
        packed(SEPA_CREDIT, twice)
    assert [str(problem) for problem in refused.value.problems] == [
        "mv_1: the trace is used twice",
        "mv_2: a file of pay holds no recall",
    ]


@pytest.mark.parametrize(
    ("changes", "path"),
    [({"bank_id": "37040044"}, "bank_id"), ({"name": ""}, "name"),
     ({"account": IbanAccount("DE00")}, "account"),
     ({"dialect": {"pain.001": "pain.001.001.05"}}, "dialect.pain.001"),
     ({"dialect": {"urgent": "true"}}, "dialect.urgent")],
)  # fmt: skip
def test_a_sender_needs_an_account_and_a_bank(changes, path):
    originator = structs.replace(ORIGINATOR, **changes)
    with pytest.raises(FileRefused) as refused:
        SEPA_CREDIT.pack(
            [instruction()], originator, created_at=sepa_samples.CREATED,
            file_modifier="A", reference="BZ000001",
        )  # fmt: skip
    assert [problem.path for problem in refused.value.problems] == [path]


@pytest.mark.parametrize(
    ("name", "rail", "instructions", "dialect"),
    [
        ("sepa-transfers.xml", SEPA_CREDIT,
         [instruction(1, reference="RF18 5390 0754 7034"),
          instruction(2, remittance="Rechnung 7 <für> März", effective_date=date(2026, 3, 3),
                      details={"ultimate_debtor": "Ada Ltd", "category_purpose": "SALA"})],
         {}),
        ("sepa-transfers-old.xml", SEPA_CREDIT,
         [instruction(1, **to("AT611904300234573201", address=sepa_samples.ADDRESS))],
         {"pain.001": "pain.001.001.03", "batch_booking": "true", "initiator_id": "4711"}),
        ("sepa-instant.xml", SEPA_INSTANT, [instruction(1)], {}),
        ("sepa-collections.xml", SEPA_DEBIT_CORE,
         [collection(1),
          collection(2, mandate=Mandate("M2", date(2025, 1, 1), "first",
                                        amended_from={"account": "changed", "reference": "M1"}))],
         {}),
        ("sepa-recall.xml", SEPA_CREDIT,
         [instruction(9, act="recall", reason="FRAD", original=original())], {}),
        ("sepa-reversal.xml", SEPA_DEBIT_CORE,
         [collection(9, act="reverse", reason="AM05", original=original())], {}),
        ("sepa-verification.json", SEPA_CREDIT, [instruction(9, act="verify")], {}),
    ],
)  # fmt: skip
def test_a_file_is_byte_for_byte_what_it_was(name, rail, instructions, dialect):
    data = packed(rail, instructions, **dialect)
    assert data.decode() == (GOLDEN / name).read_text()
    facts = rail.read(data).facts
    assert {fact.trace for fact in facts} == {item.trace for item in instructions}
    assert {fact.kind for fact in facts} == {"submitted"}


@pytest.mark.parametrize(
    ("rail", "act", "reason", "name"),
    [
        (SEPA_CREDIT, "recall", "CUST", "camt.055.001.08"),
        (SEPA_CREDIT, "answer_recall", "", "camt.029.001.09"),
        (SEPA_CREDIT, "answer_recall", "LEGL", "camt.029.001.09"),
        (SEPA_INSTANT, "enquire", "", "pacs.028.001.03"),
        (SEPA_DEBIT_CORE, "recall", "DUPL", "camt.055.001.08"),
        (SEPA_DEBIT_B2B, "reverse", "MS02", "pain.007.001.09"),
    ],
)
def test_what_is_about_an_earlier_order_names_it(rail, act, reason, name):
    make = collection if "debit" in rail.capabilities.name else instruction
    order = make(9, act=act, reason=reason, original=original(end_to_end_id="E1"))
    data = packed(rail, [order])
    assert rail.recognize(data) == name
    (fact,) = rail.read(data).facts
    assert (fact.kind, fact.trace, fact.end_to_end_id) == ("submitted", order.trace, "E1")
    assert fact.details["original"] == original().trace
    assert fact.code == (reason or None)


def facts_of(text):
    return SEPA_CREDIT.read(text.encode()).facts


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_is_a_fact(status):
    text = sepa_samples.STATUS.replace("<TxSts>ACSC", f"<TxSts>{status}")
    fact = facts_of(text)[1]
    kind = STATUSES[status][0]
    assert (fact.kind, fact.trace) == (kind, "T2")
    assert bool(fact.failure_code) == (kind == "rejected")


@pytest.mark.parametrize("code", REASONS)
def test_each_reason_has_a_meaning_and_a_failure_code(code):
    fact = facts_of(sepa_samples.STATUS.replace("<Cd>AC04", f"<Cd>{code}"))[0]
    assert (fact.code, fact.failure_code) == (code, REASONS[code].failure_code)
    assert fact.amount == Money(6000, "eur")
    assert fact.details["information"] == "closed"
    assert fact.line == 8


def test_a_reason_that_hides_others_says_which():
    (fact,) = facts_of(sepa_samples.RETURN)
    assert (fact.kind, fact.code, fact.failure_code) == ("returned", "MS03", "could_not_process")
    assert {"AC04", "AM04"} <= set(fact.details["may_be"].split(","))
    assert fact.on == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("code", "returned", "what"),
    [("MD06", "2026-03-04", "refund"), ("MD01", "2026-03-10", "return"),
     ("MD01", "2026-03-11", "refund"), ("AM04", "2026-03-11", "return")],
)  # fmt: skip
def test_a_collection_that_comes_back_is_a_return_or_a_refund(code, returned, what):
    assert r_transaction(code, date(2026, 3, 3), date.fromisoformat(returned)) == what
    if code.startswith("MD"):
        text = sepa_samples.RETURN.replace("MS03", code).replace("2026-03-05", returned)
        assert facts_of(text)[0].details["r_transaction"] == what


def test_a_whole_file_or_batch_that_is_rejected_is_one_fact():
    start = sepa_samples.STATUS.split("<OrgnlPmtInfAndSts>")[0]
    whole = start.replace("PART", "RJCT") + "</CstmrPmtStsRpt></Document>"
    (fact,) = facts_of(whole)
    assert (fact.kind, fact.trace, fact.code) == ("rejected", "BZ000001", "NARR")
    assert fact.details["level"] == "file"
    batch = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>B-2</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>"
    reason = "<StsRsnInf><Rsn><Cd>DU02</Cd></Rsn></StsRsnInf></OrgnlPmtInfAndSts>"
    (fact,) = facts_of(start + batch + reason + "</CstmrPmtStsRpt></Document>")
    assert (fact.trace, fact.code, fact.details["level"]) == ("B-2", "DU02", "batch")


@pytest.mark.parametrize(
    ("status", "code", "match"),
    [("RCVC", "MTCH", "match"), ("RVMC", "CMTC", "close match"), ("RVNM", "NMTC", "no match"),
     ("RVNA", "NOAP", "not possible")],
)  # fmt: skip
def test_payees_of_a_whole_file_are_verified_in_its_status(status, code, match):
    text = sepa_samples.STATUS.replace("RJCT", status).replace("<Rsn><Cd>AC04</Cd></Rsn>", "")
    fact = facts_of(text)[0]
    assert (fact.kind, fact.code, fact.details["match"]) == ("verified", code, match)
    assert fact.details["matched_name"] == "closed"


def test_a_single_payee_is_verified_by_the_schemes_answer():
    (fact,) = facts_of(sepa_samples.VERIFIED)
    assert (fact.kind, fact.trace, fact.code) == ("verified", sepa_samples.TRACE, "CMTC")
    assert fact.details == {"match": "close match", "matched_name": "Grace Hopper"}


@pytest.mark.parametrize("text", ['{"X-Request-ID": 1}', '{"headers": {"X-Request-ID": "a"}}'])
def test_what_only_looks_like_a_verification_is_refused(text):
    assert SEPA_CREDIT.recognize(text.encode()) == "vop"
    with pytest.raises(FileRefused, match="not a verification of payee"):
        facts_of(text)


@pytest.mark.parametrize(
    ("text", "good"),
    [("DE98ZZZ09999999999", True), ("DE98ABC09999999999", True), ("DE99ZZZ09999999999", False),
     ("NL", False), ("FR72ZZZ123456", True)],
)  # fmt: skip
def test_a_creditor_identifier_is_proved_without_its_business_code(text, good):
    assert is_creditor_id(text) is good


def peaks(count):
    """What packing and reading take at most beyond their results, in bytes."""
    instructions = sepa_samples.many_transfers(count)
    tracemalloc.start()
    try:
        data = packed(SEPA_CREDIT, instructions)
        kept, peak = tracemalloc.get_traced_memory()
        packing = peak - kept
        tracemalloc.reset_peak()
        read = SEPA_CREDIT.read(data)
        kept, peak = tracemalloc.get_traced_memory()
        assert len(read.facts) == count
        return packing, peak - kept
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_beyond_the_result():
    """Four times the payments: what is needed beside bytes and facts stays a small part."""
    size = len(packed(SEPA_CREDIT, sepa_samples.many_transfers(4000)))
    packing, reading = peaks(4000)
    assert packing < size
    assert reading < size


class Lazy:
    """Transfers that are made anew each time they are gone through."""

    def __init__(self, count):
        self._count = count

    def __iter__(self):
        return (sepa_samples.instruction(number, 100) for number in range(1, self._count + 1))


def streaming_peak(count):
    """What packing so many transfers piece by piece takes at most, in bytes."""
    tracemalloc.start()
    try:
        pieces = SEPA_CREDIT.pack_stream(
            Lazy(count),
            sepa_samples.ORIGINATOR,
            created_at=sepa_samples.CREATED,
            file_modifier="A",
            reference="BZ1",
        )
        assert sum(piece.count(b"<CdtTrfTxInf>") for piece in pieces) == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_memory_of_packing_a_stream_does_not_grow_with_the_file():
    streaming_peak(500)  # What is made once and kept does not count.
    assert streaming_peak(5_000) < 1.5 * streaming_peak(500)
