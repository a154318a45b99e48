"""The page of coverage counts what is there, and takes back what it cannot prove."""

from bezant.resources.connect.accounts import routes
from tools import coverage


def test_every_operation_is_counted_once() -> None:
    every = list(coverage.covered())
    assert len(every) == len({(each.method, each.path) for each in every}) == 648
    here = [each for each in every if each.operation]
    ours = len(list(coverage.served()))
    assert len(here) + coverage.own(every).count("\n- ") == ours
    assert f"**{len(here)} of 648 operations**" in coverage.page()


def test_parameters_are_counted_at_every_depth() -> None:
    (create,) = (each for each in routes.operations if each.name == "accounts.create")
    taken = set(coverage.taken_by(create.params))
    assert {"business_profile[support_address][city]", "individual[dob][day]", "email"} <= taken
    assert "external_account[cvc]" not in taken
    assert coverage.is_taken("company[address][city]", {"company[*][city]"})
    assert not coverage.is_taken("company[address][city]", {"company[*]", "company"})


def test_what_is_missing_as_a_whole_is_one_name() -> None:
    known = {"a", "b[c]", "b[d]", "e[f]", "e[g][h]", "e[g][i]"}
    assert coverage.folded(known, known - {"a", "e[f]"}) == ["b", "e[g]"]
    assert coverage.folded(known, {"e[g][h]"}) == ["e[g][h]"]


def test_what_is_always_refused_says_why() -> None:
    assert "| `wallet_options` | The page offers no wallets." in coverage.always_refused()
