"""Our files at the simulated bank, whose reader shares no code with ours: both read the same."""

from hypothesis import given

from bezant.rails.ach import ACH
from bezant.sim.schemes.ach.reader import read_ach
from tests.rails.ach_samples import ORIGINATOR, instruction_lists, packed


@given(instruction_lists())
def test_the_bank_reads_what_we_packed(instructions):
    data = packed(*instructions)
    theirs = read_ach(data, ORIGINATOR.bank_id)
    ours = ACH.read(data)
    assert theirs.reference == ours.totals.details["reference"]
    assert [
        (entry.trace, entry.amount, entry.routing, entry.account, entry.name, entry.code)
        for entry in theirs.entries
    ] == [
        (
            fact.trace,
            fact.amount.amount,
            fact.details["routing_number"],
            fact.details["account_number"],
            fact.details["name"],
            fact.details["transaction_code"],
        )
        for fact in ours.facts
    ]
    for totals, is_credit in ((ours.totals.credits, True), (ours.totals.debits, False)):
        amounts = [entry.amount for entry in theirs.entries if entry.is_credit == is_credit]
        assert sum(amounts) == totals.amount
    assert [
        "".join(record[3:83] for record in entry.addenda).rstrip() for entry in theirs.entries
    ] == [fact.remittance for fact in ours.facts]
