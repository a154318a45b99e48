"""The rules of SEPA as dated data: limits, hours, time-outs, reach, windows of the R-transactions.

What rests on general knowledge, and was not compared with the rulebook's text, says so.
"""

from datetime import date, time

from msgspec import Struct

from bezant.rail import Rule, RuleBook

_BOOK = "EPC rulebook"
_UNCONFIRMED = "general knowledge, unconfirmed"

MAX_AMOUNT = 99_999_999_999
"""Cents that eleven digits say: 999,999,999.99 EUR, the schemes' largest amount."""
MAX_FILE_COUNT = 100_000
"""Payments that a file of ours holds; banks set their own limits, mostly lower."""
MAX_FILE_TOTAL = 10**15 - 1
"""Cents of one file: what sums of eighteen digits leave room for."""

INSTANT_LIMIT = (
    Rule(1_500_000, date(2017, 11, 21), date(2020, 6, 30), _UNCONFIRMED),
    Rule(10_000_000, date(2020, 7, 1), date(2025, 10, 4), _UNCONFIRMED),
    Rule(MAX_AMOUNT, date(2025, 10, 5), None, f"EPC rulebook 2025; {_UNCONFIRMED}"),
)
"""Cents per instant transfer; since October 2025 the scheme has no limit of its own."""

CUT_OFF = (Rule(time(15, 0), date(2008, 1, 28), None, f"a usual bank's hour, {_UNCONFIRMED}"),)
"""Brussels time at which a bank that names no other hour closes its day."""

BUSINESS_OPENING = (Rule(time(7, 0), date(2008, 1, 28), None, "T2 day trade phase"),)
"""Brussels time at which a settlement day begins."""

CREDIT_DAYS = (Rule(1, date(2012, 1, 1), None, f"{_BOOK} SCT: D+1"),)
"""TARGET days from execution to the receiver's account."""

DEBIT_LEAD_DAYS = (
    Rule(2, date(2009, 11, 2), date(2016, 11, 20), f"{_BOOK} SDD, {_UNCONFIRMED}"),
    Rule(1, date(2016, 11, 21), None, f"{_BOOK} SDD: D-1, {_UNCONFIRMED}"),
)
"""TARGET days before its due date by which a collection is with the bank."""


class TimeOuts(Struct, frozen=True):
    """An instant transfer's seconds: for execution, the hard end, the confirmation, the whole."""

    execution: int
    hard: int
    confirmation: int
    whole: int


TIME_OUTS = (
    Rule(TimeOuts(10, 20, 25, 25), date(2017, 11, 21), date(2025, 10, 4), _UNCONFIRMED),
    Rule(TimeOuts(5, 7, 9, 10), date(2025, 10, 5), None, f"{_BOOK} SCT Inst 2025"),
)

CREDIT_RETURN_DAYS = (Rule(3, date(2008, 1, 28), None, f"{_BOOK} SCT, {_UNCONFIRMED}"),)
"""TARGET days after settlement in which the receiver's bank returns what it cannot book."""

RECALL_DAYS = (Rule(10, date(2010, 11, 1), None, f"{_BOOK} SCT: recall"),)
"""TARGET days after execution in which a bank recalls a duplicate or a technical mistake."""

RECALL_ANSWER_DAYS = (Rule(15, date(2017, 11, 19), None, f"{_BOOK} SCT: recall"),)
"""TARGET days in which the receiver's side answers a recall."""

LATE_RECALL_MONTHS = (Rule(13, date(2017, 11, 19), None, f"{_BOOK} SCT: fraud, RFRO"),)
"""Months in which fraud is recalled, and in which an originator may ask for its money."""

DEBIT_RETURN_DAYS = (
    Rule(5, date(2009, 11, 2), None, f"{_BOOK} SDD Core, {_UNCONFIRMED}"),
)  # fmt: skip
"""TARGET days after settlement in which a debtor's bank returns a collection."""

B2B_RETURN_DAYS = (Rule(3, date(2009, 11, 2), None, f"{_BOOK} SDD B2B"),)
"""The same between companies, where no refund follows."""

REFUND_WEEKS = (Rule(8, date(2009, 11, 2), None, f"{_BOOK} SDD Core"),)
"""Weeks in which a debtor has a collection back without a reason."""

UNAUTHORISED_MONTHS = (Rule(13, date(2009, 11, 2), None, f"{_BOOK} SDD Core"),)
"""Months in which a debtor has back what there was no mandate for."""

REVERSAL_DAYS = (Rule(5, date(2012, 11, 17), None, f"{_BOOK} SDD, {_UNCONFIRMED}"),)
"""TARGET days after the due date in which a creditor reverses a collection."""

PRE_NOTIFICATION_DAYS = (Rule(14, date(2009, 11, 2), None, f"{_BOOK} SDD, {_UNCONFIRMED}"),)
"""Days before the due date on which a debtor is told, unless both agreed on fewer."""

MANDATE_MONTHS = (Rule(36, date(2009, 11, 2), None, f"{_BOOK} SDD, {_UNCONFIRMED}"),)
"""Months without a collection after which a mandate has lapsed."""

EEA = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
"""IBAN countries of the European Economic Area."""

_FIRST = EEA | {"CH", "MC"}
_SINCE_2019 = _FIRST | {"AD", "GB", "GI", "SM", "VA"}
_LIST = "EPC409-09, list of SEPA countries"

REACH = (
    Rule(_FIRST, date(2008, 1, 28), date(2019, 2, 28), f"{_LIST}, {_UNCONFIRMED}"),
    Rule(_SINCE_2019, date(2019, 3, 1), date(2025, 10, 4), _LIST),
    Rule(_SINCE_2019 | {"AL", "MD", "ME", "MK"}, date(2025, 10, 5), date(2026, 5, 4),
         f"{_LIST}, {_UNCONFIRMED}"),
    Rule(_SINCE_2019 | {"AL", "MD", "ME", "MK", "RS"}, date(2026, 5, 5), None,
         f"{_LIST}, {_UNCONFIRMED}"),
)  # fmt: skip
"""The first two letters of the IBANs that the schemes reach."""

SHARED: RuleBook = {
    "IBAN countries": REACH,
    "Brussels hour at which a bank closes its day": CUT_OFF,
    "Brussels hour at which a settlement day begins": BUSINESS_OPENING,
}
CREDIT: RuleBook = {
    **SHARED,
    "TARGET days to the receiver": CREDIT_DAYS,
    "TARGET days for a return": CREDIT_RETURN_DAYS,
    "TARGET days for a recall": RECALL_DAYS,
    "TARGET days to answer a recall": RECALL_ANSWER_DAYS,
    "months for a recall for fraud, or by the originator": LATE_RECALL_MONTHS,
}
INSTANT: RuleBook = {
    "IBAN countries": REACH,
    "cents per transfer": INSTANT_LIMIT,
    "seconds": TIME_OUTS,
    "TARGET days for a recall": RECALL_DAYS,
    "TARGET days to answer a recall": RECALL_ANSWER_DAYS,
    "months for a recall for fraud, or by the originator": LATE_RECALL_MONTHS,
}
DEBIT: RuleBook = {
    **SHARED,
    "TARGET days before the due date": DEBIT_LEAD_DAYS,
    "TARGET days for a reversal": REVERSAL_DAYS,
    "days of pre-notification": PRE_NOTIFICATION_DAYS,
    "months after which a mandate lapses": MANDATE_MONTHS,
}
CORE: RuleBook = {
    **DEBIT,
    "TARGET days for a return": DEBIT_RETURN_DAYS,
    "weeks for a refund": REFUND_WEEKS,
    "months for a refund without a mandate": UNAUTHORISED_MONTHS,
}
B2B: RuleBook = {**DEBIT, "TARGET days for a return": B2B_RETURN_DAYS}
"""Every dated row of a scheme, by what it rules."""
