"""What a line under a file's name may show: file, day, batch; whole, net, less what failed."""

from collections import Counter

import pytest

from bezant.movement.bank_file import BankFile, FileBatch
from bezant.reconcile.book import Explanation
from bezant.workers import explain_files
from bezant.workers.explain_files import _of_file, _Sent

FILE = BankFile(
    id="bf_1",
    bank="sandbox",
    created=0,
    credits=1_000,
    currency="usd",
    debits=0,
    direction="sent",
    entries=4,
    format="nacha",
    livemode=False,
    name="x.ach",
    problems=(),
    rail="ach",
    reference="BZ000001",
    sha256="",
    size=0,
    status="confirmed",
)


def batch(number, credits, *, day="2026-03-03", debits=0, name="BZ000001", **more):
    return FileBatch(
        id=f"b{number}",
        created=0,
        credits=credits,
        currency="usd",
        debits=debits,
        effective_date=day,
        entries=1,
        file="bf_1",
        livemode=False,
        name=name,
        number=number,
        **more,
    )


def file(**changes):
    return BankFile(**{name: getattr(FILE, name) for name in FILE.__struct_fields__} | changes)


def shown(sent, *batches, name="BZ000001", refused=None):
    """Return what a name may show, as (rule, signed amount, batches)."""
    found = list(_of_file(name, _Sent(sent, batches, Counter(refused or {}))))
    assert {one.object for one in found} <= {"bf_1"}
    return [(one.rule, one.amount if one.credit else -one.amount, one.batches) for one in found]


TWO = (batch(1, 600), batch(2, 400))
DAYS = (batch(1, 500), batch(2, 100), batch(3, 400, day="2026-03-04"))
NAMED = (batch(1, 600), batch(2, 400, name="BZ000001-2"))


@pytest.mark.parametrize(
    ("sent", "batches", "more", "expected"),
    [
        (FILE, (), {}, [("file_total", -1_000, ())]),
        (file(credits_line="bsl_1"), (), {}, []),
        (FILE, (), {"refused": {("bf_1", "credit"): 300}},
         [("file_total", -1_000, ()), ("file_total_less_rejected", -700, ())]),
        (FILE, (), {"refused": {("bf_1", "credit"): 1_000}}, [("file_total", -1_000, ())]),
        (file(debits=1_500), (), {},
         [("file_total", -1_000, ()), ("file_total", 1_500, ()), ("file_net", 500, ())]),
        (file(debits=1_500, debits_line="bsl_1"), (), {}, [("file_total", -1_000, ())]),
        (FILE, TWO, {},
         [("file_total", -1_000, ()), ("batch_total", -600, ("b1",)),
          ("batch_total", -400, ("b2",))]),
        (FILE, (batch(1, 600, credits_line="bsl_1"), TWO[1]), {},
         [("batch_total", -400, ("b2",))]),
        (file(credits_line="bsl_1"), TWO, {}, []),
        (FILE, TWO, {"refused": {("b1", "credit"): 100, ("bf_1", "credit"): 100}},
         [("file_total", -1_000, ()), ("file_total_less_rejected", -900, ()),
          ("batch_total", -600, ("b1",)), ("batch_total_less_rejected", -500, ("b1",)),
          ("batch_total", -400, ("b2",))]),
        (FILE, DAYS, {},
         [("file_total", -1_000, ()), ("batch_total", -600, ("b1", "b2")),
          ("batch_total", -500, ("b1",)), ("batch_total", -100, ("b2",)),
          ("batch_total", -400, ("b3",))]),
        (FILE, NAMED, {"name": "BZ000001-2"}, [("batch_total", -400, ("b2",))]),
        (FILE, NAMED, {"name": "BZ000001-3"}, []),
    ],
)  # fmt: skip
def test_what_a_line_may_show(sent, batches, more, expected):
    assert shown(sent, *batches, **more) == expected


def test_what_one_line_shows_no_other_line_of_the_statement_shows():
    def uses(rule, *batches):
        return next(
            one.takes
            for one in _of_file("BZ000001", _Sent(FILE, DAYS, Counter()))
            if (one.rule, one.batches) == (rule, batches)
        )

    whole, day = uses("file_total"), uses("batch_total", "b1", "b2")
    assert whole & day
    assert day & uses("batch_total", "b1")
    assert not day & uses("batch_total", "b3")


@pytest.mark.parametrize(
    ("rule", "is_one"),
    [("file_total", True), ("batch_net_less_rejected", True), ("movement", False), (None, False)],
)
def test_which_rules_are_of_files(rule, is_one):
    assert explain_files.is_of_file(rule) is is_one
    found = Explanation("mv_1", "ach", amount=1, credit=True, rule="movement")
    assert found.takes == {"mv_1/movement"}
