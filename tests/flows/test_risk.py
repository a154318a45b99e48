"""Rules about risk: what they say of any payment, by laws and by a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.flows.risk import Condition, Rule, lists_in, most_counted, verdict

CONDITIONS = st.one_of(
    st.builds(Condition, st.just("amount"), st.sampled_from(["more_than", "less_than", "is"]),
              st.integers(0, 9).map(str)),
    st.builds(Condition, st.just("email"), st.sampled_from(["is", "is_not", "in_list"]),
              st.sampled_from("ab")),
    st.builds(Condition, st.just("risk_level"), st.just("is"), st.sampled_from(["highest", "x"])),
    st.builds(Condition, st.just("cvc_check"), st.just("is"), st.sampled_from(["pass", "fail"])),
)  # fmt: skip
RULES = st.lists(
    st.builds(
        lambda action, conditions, enabled: (action, tuple(conditions), enabled),
        st.sampled_from(["allow", "block", "review"]),
        st.lists(CONDITIONS, min_size=1, max_size=3),
        st.booleans(),
    ),
    max_size=6,
).map(lambda made: [Rule(id=f"r{at}", action=action, conditions=conditions, enabled=enabled)
                    for at, (action, conditions, enabled) in enumerate(made)])  # fmt: skip
FACTS = st.fixed_dictionaries({
    "amount": st.integers(0, 9), "email": st.sampled_from([None, "a", "B"]),
    "cvc_check": st.sampled_from([None, "pass", "fail"]),
})  # fmt: skip
LISTS = st.sets(st.tuples(st.sampled_from("ab"), st.sampled_from("ab")))


@given(rules=RULES, facts=FACTS, listed=LISTS, level=st.sampled_from(["highest", "x"]))
def test_the_first_rule_of_the_strongest_action_decides(rules, facts, listed, level):
    known = {**facts, "risk_level": level}
    for answered, seen in ((False, facts), (True, known)):
        holding = [each for each in rules if each.enabled and each.holds(seen, listed)
                   and each.asked(answered=answered)]  # fmt: skip
        decides = verdict(rules, seen, listed, answered=answered)
        if not holding:
            assert decides is None
            continue
        strongest = min(("allow", "block", "review").index(each.action) for each in holding)
        assert decides is next(
            each for each in holding if ("allow", "block", "review").index(each.action) == strongest
        )


@given(rules=RULES, facts=FACTS, listed=LISTS)
def test_every_rule_is_asked_and_none_holds_for_what_is_not_known(rules, facts, listed):
    for rule in rules:
        assert rule.asked(answered=False) or rule.asked(answered=True)
        absent = [each for each in rule.conditions if facts.get(each.attribute) is None]
        if absent:
            assert not rule.holds(facts, listed)
    asked = lists_in(rules)
    assert {each.value for rule in rules if rule.enabled for each in rule.conditions
            if each.operator == "in_list"} == set(asked)  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "facts", "holds"),
    [
        (Condition("card_country", "is", "br"), {"card_country": "BR"}, True),
        (Condition("card_country", "is_not", "BR"), {"card_country": "BR"}, False),
        (Condition("card_country", "is_not", "BR"), {}, False),
        (Condition("amount", "more_than", "100"), {"amount": 100}, False),
        (Condition("amount", "less_than", "100"), {"amount": 99}, True),
        (Condition("email", "in_list", "rsl_1"), {"email": "Ada@Example.com"}, True),
        (Condition("email", "not_in_list", "rsl_1"), {"email": "eve@example.com"}, True),
        (Condition("email", "not_in_list", "rsl_1"), {}, False),
        (Condition("tries_of_card_in_hour", "more_than", "3"), {"tries_of_card_in_hour": 4}, True),
    ],
)
def test_conditions_one_by_one(condition, facts, holds):
    assert condition.holds(facts, {("rsl_1", "ada@example.com")}) is holds
    assert condition.attribute in condition.told()


def test_tries_are_counted_one_further_than_any_rule_compares():
    rules = [
        Rule(id="a", action="block", conditions=(
            Condition("tries_of_card_in_day", "more_than", "3"),)),
        Rule(id="b", action="review", conditions=(
            Condition("tries_of_card_in_day", "less_than", "9"),)),
        Rule(id="c", action="block", enabled=False, conditions=(
            Condition("tries_of_card_in_day", "more_than", "99"),)),
    ]  # fmt: skip
    assert most_counted(rules) == {"tries_of_card_in_day": 10}
