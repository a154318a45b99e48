"""Requests without a known key: their errors are counted for the operator, they are not kept."""

from datetime import timedelta

import pytest

from bezant.workers.spot_spikes import SpikeSpotter
from tests.conformance.town import Town, Who

BAD = "sk_test_canary4242424242"


@pytest.fixture
def town(database, tmp_path):
    town = Town(database, tmp_path)
    yield town
    town.close()


def knock(town):
    """Come without a key and with a wrong one, to what there is and to what there is not."""
    told = [
        town.run(town.http.get("/v1/payouts")),
        town.ask(Who(BAD), "POST", "/v1/payouts", {"statement_descriptor": BAD}),
        town.ask(Who(BAD), "GET", f"/v1/{BAD}/a"),
        town.ask(Who(BAD), "GET", "/v1/nowhere/b"),
        town.run(town.http.request("CANARY", "/v1/payouts")),
    ]
    town.run(town.platform.request_log.flush())
    return [answer.headers["Request-Id"] for answer in told]


def test_what_strangers_meet_is_counted_for_the_operator_and_nothing_of_theirs_kept(town):
    ids = knock(town)
    knock(town)
    groups = town.good(Who(town.own), "GET", "/v1/error_groups", unidentified="true")["data"]
    assert {each["operation"]: each["count"] for each in groups} == {
        "payouts.list_all": 2,
        "payouts.create": 2,
        "GET unknown URL": 4,
        "other method unknown URL": 2,
    }
    assert all(each["account"] is None and each["example_request"] not in ids for each in groups)
    (made,) = [each for each in groups if each["operation"] == "payouts.create"]
    assert (made["status"], made["message"]) == (401, "Invalid API Key provided: …")
    found = town.good(Who(town.own), "GET", f"/v1/error_groups/{made['id']}")
    assert found == made
    assert town.good(Who(town.own), "GET", "/v1/error_groups")["data"] == []
    assert {name for (name,) in town.rows("select id from request_log")}.isdisjoint(ids)
    written = town.rows("select g::text from error_group g")
    assert not [row for row in written if "anary" in row[0] or "4242" in row[0]]


def test_only_the_operator_sees_it(town):
    knock(town)
    other = Who(town.new_key(town.platform.ids.new("acct"), livemode=False))
    asked = {"unidentified": "true"}
    assert town.ask(other, "GET", "/v1/error_groups", asked).status_code == 403
    (name, *_) = town.good(Who(town.own), "GET", "/v1/error_groups", **asked)["data"]
    assert town.ask(other, "GET", f"/v1/error_groups/{name['id']}").status_code == 404


def test_the_operator_is_told_when_many_knock(town):
    for _ in range(town.platform.runtime.config.error_spike):
        town.run(town.http.get("/v1/payouts"))
    town.run(town.platform.request_log.flush())
    town.clock.advance(timedelta(minutes=1))
    town.run(SpikeSpotter(town.platform.runtime).run_once())
    (told,) = town.good(Who(town.own), "GET", "/v1/events", type="api.error_spike")["data"]
    about = told["data"]["object"]
    assert (about["operation"], about["account"]) == ("payouts.list_all", None)
