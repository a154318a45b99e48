"""The official Node SDK, unchanged, against a served Bezant and a network that fails."""

import json
from pathlib import Path

import pytest
import stripe

from tests.reliability.served import KEY

SCRIPT = Path(__file__).with_name("node_sdk.cjs")


@pytest.fixture
def node(programs, node_modules, flaky):
    programs.environment["NODE_PATH"] = str(node_modules)
    program = programs.of("node", str(SCRIPT))
    return lambda act, *rest: json.loads(program.run(act, flaky.url, KEY, *rest))


def test_it_pages_by_itself(node):
    told = node("pages", "pages@node.example")
    assert len(told["made"]) == 7
    assert told["found"] == told["made"]


def test_it_pages_v2_by_itself(node):
    told = node("pagesOfV2", "of the Node SDK")
    assert len(told["made"]) == 5
    assert told["found"] == told["made"]


@pytest.mark.parametrize("bad", [409, 500, 503, "lost"])
def test_it_retries_under_one_key_and_makes_one_object(node, flaky, bad):
    flaky.statuses = [bad, bad]
    told = node("creates", f"{bad}@node.example")
    assert told["found"] == [told["made"]]
    assert len(flaky.keys) == 3
    assert len(set(flaky.keys)) == 1


def test_a_key_stands_for_one_request(node):
    told = node("repeats", "the-node-key")
    assert told["first"] == told["again"]
    assert told["other"] == "StripeIdempotencyError"


def test_it_verifies_a_webhook(node, served, receiver):
    client = stripe.StripeClient(KEY, base_addresses={"api": served.url})
    endpoint = client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["customer.created"]}
    )
    client.v1.customers.create({"name": "Ada"})
    call = receiver.next()
    told = node("verifies", call.body.decode(), call.signature, endpoint.secret)
    assert told == {"type": "customer.created", "refused": "StripeSignatureVerificationError"}
    client.v1.webhook_endpoints.delete(endpoint.id)


def test_it_keeps_accounts_of_v2(node):
    told = node("accounts")
    made, changed = told["made"], told["changed"]
    assert made["identity"]["individual"]["given_name"] == "Ada"
    assert made["applied_configurations"] == ["recipient"]
    assert made["defaults"] is None
    assert (changed["display_name"], changed["metadata"]) == (None, {"a": "b"})
    assert made["id"] in told["found"]
    assert told["person"]["account"] == made["id"]
    assert told["closed"]["closed"] is True
