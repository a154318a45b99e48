"""The official command line, unchanged, against a served Bezant."""

import json
import re

import pytest
import stripe

from tests.reliability.served import KEY

TRIGGERED = ("account.updated", "customer.created", "customer.deleted", "customer.updated",
             "topup.created")  # fmt: skip
"""Every event it can trigger here: other fixtures begin with what this API does not offer yet."""


def listening(official, receiver):
    secret = official.run("listen", "--skip-update", "--print-secret").strip()
    running = official.start(
        "listen", "--skip-update", "--all-snapshot", "--forward-to", receiver.url
    )
    assert secret in running.line("Ready!")
    return secret, running


def next_of(receiver, secret, kind):
    """Return the next event of a type; every signature on the way must be right."""
    while True:
        call = receiver.next()
        event = stripe.Webhook.construct_event(call.body, call.signature, secret)
        if event.type == kind:
            return event


def test_it_posts_gets_and_deletes(official):
    made = json.loads(official.run("post", "/v1/customers", "-d", "name=Ada", "--confirm"))
    assert made["name"] == "Ada"
    got = json.loads(official.run("get", f"/v1/customers/{made['id']}"))
    assert got == made
    gone = json.loads(official.run("delete", f"/v1/customers/{made['id']}", "--confirm"))
    assert gone["deleted"] is True
    assert "No such customer" in official.attempt("get", "/v1/customers/cus_none").stdout


def test_its_resource_commands_work(official):
    made = json.loads(official.run("customers", "create", "--name", "Grace"))
    assert json.loads(official.run("customers", "retrieve", made["id"]))["name"] == "Grace"
    assert made["id"] in official.run("customers", "list", "--limit", "3")


def test_it_forwards_what_happens_with_a_signature_that_verifies(official, receiver):
    secret, running = listening(official, receiver)
    assert official.run("listen", "--skip-update", "--print-secret").strip() == secret
    made = json.loads(official.run("post", "/v1/customers", "-d", "name=Eve", "--confirm"))
    event = next_of(receiver, secret, "customer.created")
    assert event.data.object.id == made["id"]
    assert "200" in running.line("<--", event.id)


def test_it_forwards_the_changes_of_an_object_in_their_order(official, receiver):
    secret, _ = listening(official, receiver)
    made = json.loads(official.run("post", "/v1/customers", "-d", "name=0", "--confirm"))
    path = f"/v1/customers/{made['id']}"
    for number in range(1, 4):
        official.run("post", path, "-d", f"name={number}", "--confirm")
    next_of(receiver, secret, "customer.created")
    names = [next_of(receiver, secret, "customer.updated").data.object.name for _ in range(3)]
    assert names == ["1", "2", "3"]


@pytest.mark.parametrize("kind", TRIGGERED)
def test_it_triggers(official, receiver, kind):
    secret, _ = listening(official, receiver)
    assert "Trigger succeeded" in official.run("trigger", kind)
    assert next_of(receiver, secret, kind).type == kind


def test_it_tails_logs_through_its_filters(official):
    running = official.start("logs", "tail", "--filter-status-code-type", "4XX")
    running.line("Ready!")
    official.run("post", "/v1/customers", "-d", "name=Ada", "--confirm")
    official.attempt("post", "/v1/customers", "-d", "nonsense=1", "--confirm")
    line = running.line("POST /v1/customers")
    assert re.search(r"\[400\] POST /v1/customers \[req_\w+\]", line)
    assert "parameter_unknown" in running.line("Code:")


def test_it_forwards_thin_events_with_a_signature_that_verifies(official, receiver, served):
    client = stripe.StripeClient(KEY, base_addresses={"api": served.url})
    secret = official.run("listen", "--skip-update", "--print-secret").strip()
    running = official.start("listen", "--skip-update", "--all-thin", "--forward-to", receiver.url)
    running.line("Ready!")
    made = client.v1.customers.create({"name": "Thin"})
    while True:
        call = receiver.next()
        told = client.parse_event_notification(call.body, call.signature, secret)
        if told.type == "v1.customer.created" and told.related_object.id == made.id:
            break
    assert told.fetch_related_object().name == "Thin"
    assert told.fetch_event().type == "v1.customer.created"


def test_it_resends_an_event_to_who_listens(official, receiver, served):
    client = stripe.StripeClient(KEY, base_addresses={"api": served.url})
    made = client.v1.customers.create({"name": "Again"})
    (event,) = client.v1.events.list({"limit": 1, "type": "customer.created"}).data
    assert event.data.object.id == made.id
    secret, _ = listening(official, receiver)
    assert event.id in official.run("events", "resend", event.id, "--confirm")
    assert next_of(receiver, secret, "customer.created").id == event.id
