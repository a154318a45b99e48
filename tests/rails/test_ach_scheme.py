"""The rail against its scheme: what we pack the network reads, what it answers we read."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rails.ach import ACH
from bezant.sim.scheme import Answer, Client, Incoming
from bezant.sim.schemes.ach import AchScheme
from bezant.sim.schemes.ach.receivers import CHANGES, CONTESTS, DISHONORS, RETURNS
from tests.rails.ach_samples import (
    ACTS,
    ORIGINATOR,
    instruction,
    instruction_lists,
    packed,
)

SCHEME = AchScheme()
CLIENT = Client("Bezant Demo Platform", "000111222333", ORIGINATOR.bank_id, "1987654321")
AT = datetime(2026, 3, 4, 7, 30)
DAY = date(2026, 3, 4)


def ordered(*instructions):
    """Return the orders that the network reads in a file of ours."""
    return SCHEME.read(packed(*instructions), CLIENT).orders


def answered(order, outcome, code, number=7, **details):
    """Return the facts that we read in the network's answer to an order."""
    answer = Answer(order, outcome, code, order.amount, DAY, number, details=details)
    return [
        fact
        for letter in SCHEME.write([answer], CLIENT, AT, number)
        for fact in ACH.read(letter.content).facts
    ]


@settings(max_examples=40)
@given(instruction_lists())
def test_the_network_reads_the_orders_that_we_gave(instructions):
    received = SCHEME.read(packed(*instructions), CLIENT)
    assert received.reference == "BZ000001"
    assert sorted(
        (order.key, order.amount, order.is_credit, order.account, order.bank, order.due_on)
        for order in received.orders
    ) == sorted(
        (
            one.trace,
            one.amount.amount,
            one.direction == "credit",
            one.counterparty.account.account_number,
            one.counterparty.account.routing_number,
            one.effective_date,
        )
        for one in instructions
    )


@pytest.mark.parametrize(
    ("name", "act"),
    [("credit", "pay"), ("debit", "collect"), ("prenote", "prenote"), ("micro-entry", "pay"),
     ("reversal", "reverse"), ("retry", "collect"), ("return", "return"),
     ("dishonor", "dishonor"), ("contest", "contest"), ("refused change", "refuse")],
)  # fmt: skip
def test_the_network_knows_what_is_asked(name, act):
    asked = instruction(**ACTS[name])
    (order,) = ordered(asked)
    assert order.act == act
    about = {"return", "refuse", "dishonor", "contest"}
    assert order.original == (asked.original.trace if act in about else "")
    assert order.settles == (act in {"dishonor", "contest"})


@pytest.mark.parametrize("direction", ["credit", "debit"])
@pytest.mark.parametrize("number", RETURNS)
def test_every_return_is_read_with_its_code(direction, number):
    account = f"0009990001{number:02d}"
    (order,) = ordered(instruction(3, direction=direction, account_number=account))
    outcome, code = SCHEME.magic[account]
    (fact,) = answered(order, outcome, code)
    assert (fact.kind, fact.code, fact.trace) == ("returned", f"R{number:02d}", order.key)
    assert (fact.amount, fact.direction, fact.on) == (Money(6000, "usd"), direction, DAY)
    assert fact.failure_code
    assert fact.details["account_number"] == account


@pytest.mark.parametrize("class_code", ["PPD", "CCD", "CTX", "WEB"])
def test_entries_of_every_class_come_back(class_code):
    asked = instruction(details={"class_code": class_code}, remittance="invoice 7")
    (order,) = ordered(asked)
    (fact,) = answered(order, "returned", "R03")
    assert (fact.trace, fact.details["class_code"]) == (asked.trace, class_code)
    assert fact.details["information"] == "NO ACCOUNT OR UNABLE TO LOCATE"


@pytest.mark.parametrize("number", CHANGES)
def test_every_change_is_read_with_what_it_corrects(number):
    account = f"0009990002{number:02d}"
    (order,) = ordered(instruction(account_number=account))
    outcome, code = SCHEME.magic[account]
    (fact,) = answered(order, outcome, code)
    assert (fact.kind, fact.code, fact.trace) == ("corrected", f"C{number:02d}", order.key)
    assert fact.details == CORRECTED[code]


CORRECTED = {
    "C01": {"account_number": "900999000201"},
    "C02": {"routing_number": "011401533"},
    "C03": {"routing_number": "011401533", "account_number": "900999000203"},
    "C04": {"name": "ADA LOVELACE JR"},
    "C05": {"transaction_code": "32"},
    "C06": {"account_number": "900999000206", "transaction_code": "32"},
    "C07": {
        "routing_number": "011401533",
        "account_number": "900999000207",
        "transaction_code": "32",
    },
    "C08": {"receiving_bank": "DEUTDEFF"},
    "C09": {"identification": "ID 1"},
    "C13": {},
    "C14": {"class_code": "CCD"},
}


def test_a_change_tells_what_it_is_asked_to_tell():
    (order,) = ordered(instruction())
    (fact,) = answered(order, "corrected", "C03", routing_number="026009593", account_number="77")
    assert fact.details == {"routing_number": "026009593", "account_number": "77"}


def test_a_prenote_is_answered_without_money_or_not_at_all():
    (order,) = ordered(instruction(**ACTS["prenote"]))
    (back,) = answered(order, "returned", "R03")
    assert (back.kind, back.amount) == ("returned", Money(0, "usd"))
    (changed,) = answered(order, "corrected", "C01")
    assert changed.kind == "corrected"
    assert answered(order, "settled", "") == []


@pytest.mark.parametrize("number", CONTESTS)
def test_who_dishonors_a_return_may_be_contested(number):
    asked = instruction(**ACTS["dishonor"] | {"account_number": f"0009990003{number}"})
    (order,) = ordered(asked)
    outcome, code = SCHEME.magic[order.account]
    (fact,) = answered(order, outcome, code)
    assert (fact.kind, fact.code, fact.trace) == (
        "contested",
        f"R{number}",
        asked.original.trace,
    )
    assert fact.amount == asked.amount
    assert fact.details["dishonored_trace"] == asked.trace
    assert fact.details["dishonored_code"] == "68"
    assert fact.details["disputed_return_trace"] == asked.details["return_trace"]


@pytest.mark.parametrize("number", DISHONORS)
def test_a_return_of_ours_may_be_dishonored(number):
    asked = instruction(**ACTS["return"] | {"account_number": f"0009990004{number}"})
    (order,) = ordered(asked)
    outcome, code = SCHEME.magic[order.account]
    (fact,) = answered(order, outcome, code)
    assert (fact.kind, fact.code, fact.trace) == (
        "dishonored",
        f"R{number}",
        asked.original.trace,
    )
    assert fact.details["disputed_return_trace"] == asked.trace
    assert fact.details["disputed_return_code"] == "23"


ANSWERS = st.sampled_from(
    [("settled", ""), ("returned", "R01"), ("rejected", "R18"), ("corrected", "C03")]
)
HEARD = {"returned": "returned", "rejected": "returned", "corrected": "corrected"}


@settings(max_examples=40)
@given(instructions=instruction_lists(), data=st.data())
def test_whatever_the_network_answers_is_what_we_hear(instructions, data):
    answers = [
        Answer(order, *data.draw(ANSWERS), order.amount, DAY, number)
        for number, order in enumerate(ordered(*instructions), 1)
    ]
    letters = SCHEME.write(answers, CLIENT, AT, 1)
    facts = [fact for letter in letters for fact in ACH.read(letter.content).facts]
    assert sorted((fact.trace, fact.kind, fact.code) for fact in facts) == sorted(
        (one.order.key, HEARD[one.outcome], one.code) for one in answers if one.outcome in HEARD
    )
    back = sum(one.amount for one in answers if one.outcome in {"returned", "rejected"})
    assert sum(fact.amount.amount for fact in facts if fact.amount) == back


def test_returns_and_changes_of_one_day_are_two_files():
    orders = ordered(instruction(1), instruction(2, amount=250, direction="debit"), instruction(3))
    answers = [
        Answer(order, outcome, code, order.amount, DAY, number)
        for number, (order, outcome, code) in enumerate(
            zip(orders, ("returned", "corrected", "rejected"), ("R01", "C02", "R18"), strict=True),
            1,
        )
    ]
    letters = SCHEME.write(answers, CLIENT, AT, 5)
    assert [(letter.kind, letter.suffix) for letter in letters] == [
        ("returns", ".ach"),
        ("changes", ".ach"),
    ]
    headers = [letter.content.decode().splitlines()[0] for letter in letters]
    assert [header[33] for header in headers] == ["F", "G"]
    facts = [fact for letter in letters for fact in ACH.read(letter.content).facts]
    assert sorted((fact.kind, fact.code) for fact in facts) == [
        ("corrected", "C02"),
        ("returned", "R01"),
        ("returned", "R18"),
    ]


def test_the_network_has_no_word_for_what_it_does_not_know():
    (order,) = ordered(instruction())
    assert SCHEME.write([], CLIENT, AT, 1) == []
    with pytest.raises(LookupError, match="recalled"):
        answered(order, "recalled", "")


def test_a_receipt_is_read_for_a_file_that_was_taken_and_for_one_that_was_not():
    received = SCHEME.read(packed(instruction(1), instruction(2, direction="debit")), CLIENT)
    taken = SCHEME.acknowledge(received, [], CLIENT, AT, 1)
    read = ACH.read(taken.content)
    assert (read.facts[0].kind, read.facts[0].details["file_reference"]) == (
        "acknowledged",
        "BZ000001",
    )
    assert (read.totals.count, read.totals.credits.amount, read.totals.debits.amount) == (
        2,
        6_000,
        6_000,
    )
    refused = SCHEME.acknowledge(None, ["line 3: the account number is empty"], CLIENT, AT, 2)
    (fact,) = ACH.read(refused.content).facts
    assert (fact.kind, fact.reason) == ("rejected", "line 3: the account number is empty")


BROUGHT = [
    Incoming("credit", 9_900, "usd", "Paying Firm", "77", "011401533", "INV 7", "for May", DAY, 1),
    Incoming("debit", 250, "usd", "Power Co", "78", "026009593", "SUB 8", "", DAY, 2,
             fields={"class_code": "PPD", "description": "POWER BILL"}),
    Incoming("credit", 5_000, "usd", "Gmbh", "DE02120300000000202051", "011401533", "R9", "Miete",
             DAY, 3, fields={"class_code": "IAT", "originator": "Muster GmbH"}),
    Incoming("credit", 12, "usd", "Big Firm", "79", "011401533", "CTX 1", "x" * 200, DAY, 4,
             fields={"class_code": "CTX"}),
]  # fmt: skip


def test_what_others_send_is_read_as_received():
    (letter,) = SCHEME.bring(BROUGHT, CLIENT, AT, 3)
    read = ACH.read(letter.content)
    assert read.warnings == ()
    facts = {fact.end_to_end_id or "abroad": fact for fact in read.facts}
    assert {
        name: (fact.kind, fact.direction, fact.amount.amount) for name, fact in facts.items()
    } == {
        "INV 7": ("received", "debit", 9_900),
        "SUB 8": ("received", "credit", 250),
        "abroad": ("received", "debit", 5_000),
        "CTX 1": ("received", "debit", 12),
    }
    assert facts["INV 7"].remittance == "for May"
    assert facts["CTX 1"].remittance == "x" * 200
    assert facts["abroad"].details["originator_name"] == "MUSTER GMBH"
    assert facts["abroad"].remittance == "Miete"
    assert facts["SUB 8"].counterparty.name == "POWER CO"
    assert all(fact.on == DAY for fact in read.facts)


def test_each_day_of_what_others_send_is_a_file():
    later = [
        *BROUGHT[:2],
        Incoming("credit", 1, "usd", "X", "1", "011401533", "Y", "", date(2026, 3, 5), 9),
    ]
    assert [
        ACH.read(letter.content).totals.count for letter in SCHEME.bring(later, CLIENT, AT, 1)
    ] == [
        2,
        1,
    ]
    with pytest.raises(LookupError, match="no entry for a recall"):
        SCHEME.bring(
            [Incoming("recall", 1, "usd", "X", "1", "011401533", "Y", "", DAY, 1)], CLIENT, AT, 1
        )


@pytest.mark.parametrize(
    ("due", "today", "settled"),
    [("2026-03-03", "2026-03-02", "2026-03-03"), ("2026-03-07", "2026-03-05", "2026-03-09"),
     ("2026-03-02", "2026-03-05", "2026-03-05")],
)  # fmt: skip
def test_an_order_settles_on_its_day_or_the_next_that_banks_are_open(due, today, settled):
    (order,) = ordered(instruction(effective_date=date.fromisoformat(due)))
    day = SCHEME.settles_on(order, date.fromisoformat(today))
    assert day == date.fromisoformat(settled)
    assert SCHEME.answers_on("settled", day) == day
    assert SCHEME.answers_on("returned", day) > day


@settings(max_examples=60)
@given(data=st.data())
def test_any_damage_gives_the_network_a_file_or_a_refusal(data):
    whole = packed(*(instruction(number, **ACTS[name]) for number, name in enumerate(ACTS, 1)))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    damaged = whole[:start] + data.draw(st.binary(max_size=100)) + whole[end:]
    assert all(reason for reason in reasons_against(damaged))


def reasons_against(data):
    try:
        SCHEME.read(data, CLIENT)
    except FileRefused as refused:
        return [problem.reason for problem in refused.problems]
    return []
