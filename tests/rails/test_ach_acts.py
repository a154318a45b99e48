"""Everything that can be asked of ACH: its bytes, its way back through the reader, its refusals."""

from datetime import date

import pytest
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import Mandate
from bezant.rails.ach import ACH
from bezant.sim.schemes.ach.reader import read_ach
from tests.rails.ach_samples import ACTS, ORIGINATOR, instruction, original, packed

# The batch header from its company, the entry, and what follows it.
GOLDEN = {
    "credit": """\
5220BEZANT DEMO PLAT                    1987654321PPDPAYOUT          260303   1021000020000001
622011401533000123456789     0000006000               ADA LOVELACE            0021000020000001""",
    "debit": """\
5225BEZANT DEMO PLAT                    1987654321PPDPAYMENT         260303   1021000020000001
627011401533000123456789     0000006000               ADA LOVELACE            0021000020000001""",
    "web": """\
5225BEZANT DEMO PLAT                    1987654321WEBPAYMENT         260303   1021000020000001
627011401533000123456789     0000006000               ADA LOVELACE          S 0021000020000001""",
    "tel": """\
5225BEZANT DEMO PLAT                    1987654321TELPAYMENT         260303   1021000020000001
627011401533000123456789     0000006000               ADA LOVELACE          R 0021000020000001""",
    "prenote": """\
5220BEZANT DEMO PLAT                    1987654321PPDPAYOUT          260303   1021000020000001
623011401533000123456789     0000000000               ADA LOVELACE            0021000020000001""",
    "debit prenote": """\
5225BEZANT DEMO PLAT                    1987654321PPDPAYMENT         260303   1021000020000001
628011401533000123456789     0000000000               ADA LOVELACE            0021000020000001""",
    "micro-entry": """\
5220BEZANT DEMO PLAT                    1987654321PPDACCTVERIFY      260303   1021000020000001
622011401533000123456789     0000000032               ADA LOVELACE            0021000020000001""",
    "reversal": """\
5225BEZANT DEMO PLAT                    1987654321PPDREVERSAL        260303   1021000020000001
627011401533000123456789     0000006000               ADA LOVELACE            0021000020000001""",
    "retry": """\
5225BEZANT DEMO PLAT                    1987654321PPDRETRY PYMT      260303   1021000020000001
627011401533000123456789     0000006000               ADA LOVELACE            0021000020000001""",
    "return": """\
5220THEIR FIRM                          9876543210CCDPAYOUT          260303   1021000020000001
621011401533000123456789     0000006000               ADA LOVELACE            1021000020000001
799R23021000020000900      02100002                                            021000020000001""",
    "dishonor": """\
5220BEZANT DEMO PLAT                    1987654321PPDPAYOUT          260303   1021000020000001
621011401533000123456789     0000006000               ADA LOVELACE            1021000020000001
799R68021000020000900      01140153   01140153000000706203                     021000020000001""",
    "contest": """\
5220THEIR FIRM                          9876543210CCDPAYOUT          260303   1021000020000001
621011401533000123456789     0000006000               ADA LOVELACE            1021000020000001
799R73021000020000900260303021000020610114015300000070620302100002000000806368 021000020000001""",
    "refused change": """\
5220BEZANT DEMO PLAT                    1987654321CORPAYOUT          260303   1021000020000001
621011401533000123456789     0000000000               ADA LOVELACE            1021000020000001
798C65021000020000900      01140153NO DIGITS                    C010000011     021000020000001""",
}


@pytest.mark.parametrize("name", ACTS)
def test_each_act_is_exactly_these_records(name):
    lines = packed(instruction(**ACTS[name])).decode().splitlines()
    golden = GOLDEN[name].splitlines()
    assert lines[1 : 1 + len(golden)] == golden
    assert lines[1 + len(golden)][0] == "8"


@pytest.mark.parametrize("name", ACTS)
def test_each_act_is_read_back_by_us_and_by_the_bank(name):
    asked = instruction(**ACTS[name])
    data = packed(asked)
    (fact,) = ACH.read(data).facts
    about = asked.original.trace if asked.act in {"return", "dishonor", "contest"} else asked.trace
    assert fact.trace == about
    assert fact.code == (asked.reason if about != asked.trace else None)
    kinds = {"return": "returned", "dishonor": "dishonored", "contest": "contested"}
    assert fact.kind == kinds.get(asked.act, "submitted")
    assert fact.amount in {asked.amount, None}
    (entry,) = read_ach(data, ORIGINATOR.bank_id, answers=True).entries
    assert (entry.trace, entry.amount) == (asked.trace, asked.amount.amount)


def test_what_is_argued_about_is_read_back():
    dishonored, contested, refused = (
        ACH.read(packed(instruction(**ACTS[name]))).facts[0].details
        for name in ("dishonor", "contest", "refused change")
    )
    assert dishonored["disputed_return_trace"] == "011401530000007"
    assert (dishonored["disputed_return_code"], dishonored["disputed_return_day"]) == ("03", "062")
    assert contested["dishonored_trace"] == "021000020000008"
    assert (contested["dishonored_code"], contested["dishonored_day"]) == ("68", "063")
    assert (contested["original_day"], contested["returned_on"]) == ("061", "260303")
    assert refused == {"change_code": "C01", "corrected": "NO DIGITS", "notice_sequence": "0000011"}


def test_a_prenote_is_marked():
    (fact,) = ACH.read(packed(instruction(**ACTS["prenote"]))).facts
    assert fact.details["prenote"] == "yes"
    assert fact.amount == Money(0, "usd")


def test_a_file_holds_both_directions_and_all_classes():
    text = "RMR*IV*0123456789**" * 20
    data = packed(
        instruction(1),
        instruction(2, direction="debit", amount=250),
        instruction(3, direction="debit", details={"class_code": "WEB"}, remittance="order 7"),
        instruction(4, holder="company", details={"class_code": "CTX"}, remittance=text),
        instruction(5, account_type="savings", act="prenote", amount=0),
    )
    read = ACH.read(data)
    assert (read.totals.credits.amount, read.totals.debits.amount) == (12_000, 6_250)
    assert {fact.trace[-1]: fact.remittance for fact in read.facts} == {
        "1": "",
        "2": "",
        "3": "order 7",
        "4": text,
        "5": "",
    }
    headers = {line[:4] for line in data.decode().splitlines() if line[0] == "5"}
    assert headers == {"5220", "5225"}


def test_a_company_that_is_told_more_than_a_ccd_entry_holds_is_paid_by_ctx():
    text = "x" * 81
    (fact,) = ACH.read(packed(instruction(holder="company", remittance=text))).facts
    assert (fact.details["class_code"], fact.remittance) == ("CTX", text)


def test_a_retry_is_marked_by_its_description_alone():
    retry = ACH.capabilities.retry
    again = instruction(direction="debit", description=retry.description)
    assert ACH.objections(again) == ()
    assert packed(again).decode().splitlines()[1][53:63] == "RETRY PYMT"
    assert (retry.codes, retry.times, retry.within_days) == (("R01", "R09"), 2, 180)


def test_ctx_has_9999_addenda_and_no_more():
    most = instruction(details={"class_code": "CTX"}, remittance="x" * 80 * 9_999)
    read = ACH.read(packed(most))
    assert len(read.facts[0].remittance) == 80 * 9_999
    assert "9999 times 80" in "".join(
        ACH.objections(structs.replace(most, remittance="x" * 799_921))
    )


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({"description": "Rent for May"}, "RENT FOR M"),
        ({"purpose": "SALA", "effective_date": date(2026, 3, 19)}, "PAYOUT"),
        ({"purpose": "SALA", "effective_date": date(2026, 3, 20)}, "PAYROLL"),
        ({"purpose": "SALA", "effective_date": date(2026, 4, 1), "holder": "company"}, "PAYOUT"),
        (
            {
                "purpose": "GDDS",
                "effective_date": date(2026, 4, 1),
                "direction": "debit",
                "details": {"class_code": "WEB"},
            },
            "PURCHASE",
        ),
    ],
)
def test_a_description_is_what_was_asked_or_what_the_rules_of_the_day_prescribe(
    changes, description
):
    lines = packed(instruction(**changes)).decode().splitlines()
    assert lines[1][53:63].strip() == description


@pytest.mark.parametrize(
    ("sequence", "mark"), [("first", "R"), ("recurring", "R"), ("one_off", "S"), ("final", "R")]
)
def test_a_mandate_says_class_and_whether_it_recurs(sequence, mark):
    mandate = Mandate("auth-1", date(2026, 1, 2), sequence, scheme="WEB")
    lines = packed(instruction(direction="debit", mandate=mandate)).decode().splitlines()
    assert (lines[1][50:53], lines[2][76:78]) == ("WEB", f"{mark} ")


LATE = date(2026, 3, 10)
REFUSED = {
    "it can pay, prenote": {"act": "recall"},
    "the amount 1 is not 0": {"act": "prenote", "amount": 1},
    "between 1 and 99 cents": {"act": "verify", "amount": 100},
    "entry class 'IAT' is not written": {"details": {"class_code": "IAT"}},
    "a TEL entry is a debit": {"details": {"class_code": "TEL"}},
    "longer than 1 times 80": {"remittance": "x" * 81},
    "longer than 0 times 80": {
        "remittance": "x",
        "direction": "debit",
        "details": {"class_code": "TEL"},
    },
    "have no class, sec": {"details": {"class": "PPD", "sec": "PPD"}},
    "the detail account_type is not one of checking": {"details": {"account_type": "gold"}},
    "the detail return_day is not a day": {"details": {"return_day": "2026-02-30"}},
    "the detail return_trace is not 15 digits": {"details": {"return_trace": "7"}},
    "the detail retry is not a number": {"details": {"retry": "yes"}},
    "a loan account is not debited": {"direction": "debit", "details": {"account_type": "loan"}},
    "the detail payment_type is not R for": {"details": {"payment_type": "RR"}},
    "the description REVERSAL is for the act reverse": {"description": "reversal"},
    "the description ACCTVERIFY is for the act verify": {"description": "ACCTVERIFY"},
    "is for debits that are tried again": {"description": "RETRY PYMT"},
    "a reversal needs the original": {"act": "reverse"},
    "within 5 banking days of the original, by 2026-03-09": {
        "act": "reverse",
        "original": original(),
        "effective_date": LATE,
    },
    "of the whole original amount, 1 cents": {"act": "reverse", "original": original(amount=1)},
    "is a debit and needs the original": {"details": {"retry": "1"}},
    "retry '3' is not one of the 2": ACTS["retry"] | {"details": {"retry": "3"}},
    "only what came back as R01 or R09": ACTS["retry"] | {"reason": "R10"},
    "within 180 days": ACTS["retry"] | {"original": original(on=date(2025, 9, 1))},
    "a retry is of the original amount": ACTS["retry"] | {"original": original(amount=1)},
    "to return needs the original": {"act": "return", "reason": "R03"},
    "R68 is not a reason to return": ACTS["return"] | {"reason": "R68"},
    "no code is not a reason to dishonor": ACTS["dishonor"] | {"reason": ""},
    "to dishonor needs the detail `return_trace`": ACTS["dishonor"] | {"details": {}},
    "to contest needs the detail `dishonored_code`": ACTS["contest"] | {"details": {}},
    "C60 is not a reason to refuse": ACTS["refused change"] | {"reason": "C60"},
    "needs the detail `change_code`": ACTS["refused change"] | {"details": {}},
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_the_rules_do_not_allow_is_named(reason):
    asked = instruction(movement="mv_bad", **REFUSED[reason])
    assert any(reason in objection for objection in ACH.objections(asked)), ACH.objections(asked)
    with pytest.raises(FileRefused) as refused:
        packed(instruction(2), asked)
    assert {problem.path for problem in refused.value.problems} == {"mv_bad"}


def test_a_reversal_on_the_fifth_banking_day_and_a_retry_on_the_180th_day_are_in_time():
    assert packed(instruction(**ACTS["reversal"], effective_date=date(2026, 3, 9)))
    assert packed(instruction(**ACTS["retry"] | {"original": original(on=date(2025, 9, 4))}))


def test_micro_debits_are_no_more_than_the_micro_credits_of_their_account():
    credit, debit = ({"act": "verify", "amount": 32}, {"act": "verify", "direction": "debit"})
    assert packed(instruction(1, **credit), instruction(2, **debit, amount=32))
    with pytest.raises(FileRefused, match="mv_2: the micro-debits to its account"):
        packed(instruction(1, **credit), instruction(2, **debit, amount=33))
    with pytest.raises(FileRefused, match="mv_2: the micro-debits to its account"):
        packed(instruction(1, **credit, account_number="7"), instruction(2, **debit, amount=1))
