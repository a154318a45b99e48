"""Fee plans: the first rule that fits, the least of its formulas, and parts that add up."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bezant.flows.fee_plan import FeePart, Formula, Plan, Rule, Sale, parts_of, rate_of
from bezant.kernel.errors import ConfigError
from bezant.kernel.money import Money
from bezant.resources.core.fee_plans import plans_at

STANDARD = plans_at(None).of("acct_any")
SEEN = Plan(
    rules=(
        Rule(
            methods=frozenset({"card"}),
            brands=frozenset({"amex"}),
            least_of=(Formula(Decimal("3.5"), {"usd": 30}),),
        ),
        Rule(
            methods=frozenset({"card"}),
            currencies=frozenset({"usd"}),
            least_of=(Formula(Decimal(2), {"usd": 30}), Formula(Decimal(5), {"usd": 5})),
        ),
    ),
    abroad_percent=Decimal("1.5"),
    tax_percent=Decimal(19),
    tax_name="VAT",
)
"""A plan as one was seen: the lesser of 2 % + 30 and 5 % + 5, and tax on it."""


def sale(amount: int, **others) -> Sale:
    return Sale(amount=Money(amount, "usd"), method="card", **others)


@pytest.mark.parametrize(
    ("plan", "paid", "parts"),
    [
        (STANDARD, sale(10_000), [(320, "stripe_fee")]),
        (STANDARD, sale(10_000, country="DE", home="US"),
         [(320, "stripe_fee"), (150, "stripe_fee")]),
        (STANDARD, sale(10_000, converted=True), [(320, "stripe_fee"), (100, "stripe_fee")]),
        (STANDARD, Sale(amount=Money(100_000, "usd"), method="us_bank_account"),
         [(500, "stripe_fee")]),
        (STANDARD, Sale(amount=Money(100_000, "usd"), method="klarna"), []),
        (SEEN, sale(500), [(30, "stripe_fee"), (6, "tax")]),
        (SEEN, sale(10_000), [(230, "stripe_fee"), (44, "tax")]),
        (SEEN, sale(10_000, brand="amex"), [(380, "stripe_fee"), (72, "tax")]),
        (SEEN, sale(7, brand="amex"), [(7, "stripe_fee")]),
    ],
)  # fmt: skip
def test_what_a_payment_costs(plan: Plan, paid: Sale, parts: list[tuple[int, str]]):
    assert [(part.amount, part.type) for part in parts_of(plan, paid)] == parts


@settings(max_examples=60)
@given(
    amount=st.integers(1, 10**10),
    percents=st.lists(st.decimals(0, 10, places=3), min_size=3, max_size=3),
    fixed=st.integers(0, 100),
)
def test_parts_never_come_to_more_than_the_payment_and_are_the_rounded_sum(
    amount: int, percents: list[Decimal], fixed: int
):
    own, abroad, conversion = percents
    plan = Plan(
        rules=(Rule(least_of=(Formula(own, {"*": fixed}),)),),
        abroad_percent=abroad,
        conversion_percent=conversion,
    )
    parts = parts_of(plan, sale(amount, country="DE", home="US", converted=True))
    exact = amount * sum(percents) / 100 + fixed
    total = sum(part.amount for part in parts)
    assert total == amount or abs(total - exact) <= Decimal("0.5")
    assert total <= amount
    assert all(part.amount > 0 and part == FeePart(*_fields(part)) for part in parts)


def _fields(part: FeePart) -> tuple[int, str, str]:
    return part.amount, part.type, part.description


def test_a_spread_makes_a_rate_worse():
    market = Decimal("1.12415")
    assert rate_of(STANDARD, market) == market
    assert rate_of(replace(STANDARD, spread_percent=Decimal(2)), market) == Decimal("1.10167")


def test_a_file_of_plans_must_have_those_that_it_names(tmp_path):
    path = tmp_path / "plans.toml"
    path.write_text('[accounts]\nacct_1 = "special"\n[plans.standard]\nrules = []\n')
    with pytest.raises(ConfigError, match="special"):
        plans_at(path)
    path = tmp_path / "others.toml"
    path.write_text("[plans.standard]\nrules = []\nrulez = 1\n")
    with pytest.raises(ConfigError, match="rulez"):
        plans_at(path)


@pytest.mark.parametrize(
    ("plan", "rule", "formula", "wrong"),
    [
        ("", "", 'percent = "NaN"', "not NaN"),
        ("", "", 'percent = "-1"', "not -1"),
        ("", "", "fixed = { usd = -30 }", "-30 usd"),
        ("", "", "fixed = { USD = 30 }", "'USD'"),
        ("", "", "fixed = { usx = 30 }", "usx"),
        ("", 'currencies = ["EUR"]', "", "'EUR'"),
        ("", 'countries = ["us"]', "", "'us'"),
        ("", "most = { usd = -1 }", "", "-1 usd"),
        ("", "least_of = []", None, "at least one"),
        ('spread_percent = "100"', "", "", "not 100"),
        ('tax_percent = "101"', "", "", "not 101"),
        ('abroad_percent = "Infinity"', "", "", "not Infinity"),
        ("dispute_fee = { usd = -5 }", "", "", "-5 usd"),
    ],
)
def test_a_plan_that_nobody_can_keep_to_is_refused(tmp_path, plan, rule, formula, wrong):
    text = f"[plans.standard]\n{plan}\n[[plans.standard.rules]]\n{rule}\n"
    if formula is not None:
        text += f"[[plans.standard.rules.least_of]]\n{formula}\n"
    path = tmp_path / "plans.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=wrong):
        plans_at(path)
