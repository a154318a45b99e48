"""The official command line, unchanged, against a served Bezant."""

import json
import re
import time

import pytest
import stripe

from tests.clients.programs import PATIENCE_S
from tests.code.events import told
from tests.reliability.served import KEY


@pytest.fixture
def client(served):
    return stripe.StripeClient(KEY, base_addresses={"api": served.url})


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
    named = json.loads(official.run("customers", "update", made["id"], "-d", "name=Hopper"))
    assert named["name"] == "Hopper"
    assert '"deleted":true' in official.run("customers", "delete", made["id"], "--confirm")
    assert json.loads(official.run("balance", "retrieve"))["object"] == "balance"


@pytest.mark.parametrize("resource", [
    "accounts", "balance_transactions", "charges", "country_specs", "customers", "events",
    "file_links", "files", "payouts", "refunds", "topups", "transfers",
    "webhook_endpoints",
])  # fmt: skip
def test_its_commands_list(official, resource):
    assert json.loads(official.run(resource, "list", "--limit", "3"))["object"] == "list"


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


def let_go(client):
    """Let time run on as soon as a test clock has arrived."""
    clocks = client.v1.test_helpers.test_clocks
    deadline = time.monotonic() + PATIENCE_S
    for clock in clocks.list().data:
        while clocks.retrieve(clock.id).status != "ready":
            assert time.monotonic() < deadline, "the clock has not arrived"
        clocks.delete(clock.id)


def test_it_triggers_every_event_that_happens_here(official, client, receiver):
    secret, _ = listening(official, receiver)
    offered = re.findall(r"^  ([a-z_.]+)$", official.run("trigger", "--help"), re.MULTILINE)
    for kind in sorted(told().intersection(offered)):
        assert "Trigger succeeded" in official.run("trigger", kind)
        assert next_of(receiver, secret, kind).type == kind
        let_go(client)


def test_its_fixtures_make_what_they_say(official, client, tmp_path):
    steps = [
        {"name": "ada", "path": "/v1/customers", "method": "post",
         "params": {"name": "Ada", "metadata": {"from": "fixtures"}}},
        {"name": "vat", "path": "/v1/customers/${ada:id}/tax_ids", "method": "post",
         "params": {"type": "eu_vat", "value": "DE123456789"}},
        {"name": "money", "path": "/v1/topups", "method": "post",
         "params": {"amount": 700, "currency": "usd", "description": "for ${ada:name}"}},
        {"name": "again", "path": "/v1/customers/${ada:id}", "method": "get"},
    ]  # fmt: skip
    fixture = tmp_path / "fixture.json"
    fixture.write_text(json.dumps({"_meta": {"template_version": 0}, "fixtures": steps}))
    said = official.run("fixtures", str(fixture))
    assert all(f"Running fixture for: {step['name']}" in said for step in steps)
    customer = client.v1.customers.list({"limit": 1}).data[0]
    assert customer.metadata.to_dict() == {"from": "fixtures"}
    assert client.v1.customers.tax_ids.list(customer.id).data[0].value == "DE123456789"
    assert client.v1.topups.list({"limit": 1}).data[0].description == "for Ada"


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
