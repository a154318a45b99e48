"""`bezant listen`, `trigger` and `logs` against a server that is only reached over HTTP."""

import asyncio
import json
import sys

import pytest
import stripe

from bezant.cli.listen import secret_for
from bezant.cli.remote import opened
from bezant.cli.trigger import play
from bezant.cli.trigger_acts import ACTS
from tests.reliability.served import KEY

SECRET = secret_for(KEY)


@pytest.fixture
def bezant(programs, served):
    return programs.of(sys.executable, "-m", "bezant", after=("--api-base", served.url))


@pytest.fixture
def client(served):
    return stripe.StripeClient(KEY, base_addresses={"api": served.url})


def received(receiver):
    call = receiver.next()
    return stripe.Webhook.construct_event(call.body, call.signature, SECRET)


def test_it_forwards_in_order_and_tries_again_what_is_not_taken(bezant, receiver, client):
    running = bezant.start("listen", "--forward-to", receiver.url, "--events", "customer.*")
    assert SECRET in running.line("Ready.")
    receiver.statuses = [500]
    customer = client.v1.customers.create({"name": "0"})
    client.v1.customers.update(customer.id, {"name": "1"})
    names = [received(receiver).data.object.name for _ in range(3)]
    assert names == ["0", "0", "1"], "the second event waits until the first was taken"


def test_it_catches_up_with_what_happened_while_nobody_listened(bezant, receiver, client):
    client.v1.customers.create({"name": "before"})
    (last,) = client.v1.events.list({"limit": 1}).data
    made = [client.v1.customers.create({"name": str(number)}).id for number in range(3)]
    bezant.start("listen", "--forward-to", receiver.url, "--since", last.id)
    assert {received(receiver).data.object.id for _ in range(3)} == set(made)


def test_it_forwards_thin_events(bezant, receiver, client):
    running = bezant.start(
        "listen", "--thin", "--forward-to", receiver.url, "--events", "v1.customer.*"
    )
    running.line("Ready.")
    made = client.v1.customers.create({"name": "Thin"})
    call = receiver.next()
    told = client.parse_event_notification(call.body, call.signature, SECRET)
    assert (told.type, told.related_object.id) == ("v1.customer.created", made.id)
    assert told.fetch_related_object().name == "Thin"
    assert told.fetch_event().snapshot_event
    assert "changes" not in json.loads(call.body)
    assert told.id not in running.line("-->", "v1.customer.created"), "it can be caught up from"


def test_it_refuses_what_cannot_be(bezant):
    assert "No such event" in bezant.attempt("listen", "--since", "evt_none").stderr
    assert "not an event type" in bezant.attempt("listen", "--events", "nonsense").stderr
    unknown = bezant.attempt("trigger", "payout.fail")
    assert unknown.returncode == 2
    assert "the nearest that can is payout.failed" in unknown.stderr


@pytest.mark.parametrize("kind", ["payout.failed", "v2.core.event_destination.ping"])
def test_what_it_triggers_really_happens(bezant, kind):
    event = json.loads(bezant.run("trigger", kind, "--json"))
    assert event["type"] == kind
    if kind == "payout.failed":
        assert event["data"]["object"]["failure_code"] == "no_account"


def test_every_event_it_can_trigger_happens(served):
    """Many at once, but those that hold the time last, one by one."""

    async def trigger_all():
        async with opened(served.url, KEY, None) as remote:
            gate = asyncio.Semaphore(6)

            async def one(kind):
                async with gate:
                    return kind, await play(remote, kind)

            holding = [kind for kind in ACTS if "test_clock" in kind]
            found = await asyncio.gather(*(one(kind) for kind in ACTS if kind not in holding))
            return found + [await one(kind) for kind in holding]

    found = dict(asyncio.run(trigger_all()))
    assert {kind: event["type"] for kind, event in found.items()} == {kind: kind for kind in ACTS}


def test_it_tails_logs_from_its_start_on(bezant, client):
    client.v1.customers.create({"name": "before"})
    running = bezant.start("logs", "tail", "--filter-http-method", "POST")
    running.line("Ready.")
    customer = client.v1.customers.create({"name": "Ada"})
    client.v1.customers.delete(customer.id)
    client.v1.customers.update(client.v1.customers.create({"name": "Eve"}).id, {"name": "Eva"})
    lines = [running.line("[200]") for _ in range(3)]
    assert [line.split()[3:5] for line in lines[:2]] == [["POST", "/v1/customers"]] * 2
    assert "/v1/customers/cus_" in lines[2]


def test_it_forwards_what_is_sent_again(bezant, receiver, client):
    made = client.v1.customers.create({"name": "Ada"})
    (event,) = client.v1.events.list({"limit": 1}).data
    endpoint = client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["customer.deleted"]}
    )
    bezant.start("listen", "--forward-to", receiver.url).line("Ready.")
    bezant.run("webhooks", "resend", event.id)
    assert received(receiver).data.object.id == made.id
    told = bezant.run("webhooks", "resend", event.id, "--to", endpoint.id, "--json")
    assert json.loads(told)["count"] == 1
    calls = [receiver.next() for _ in range(2)]
    verified = set()
    for call in calls:
        for secret in (SECRET, endpoint.secret):
            try:
                stripe.Webhook.construct_event(call.body, call.signature, secret)
            except stripe.SignatureVerificationError:
                continue
            verified.add(secret)
    assert verified == {SECRET, endpoint.secret}, "the endpoint gets it, and who listens does, too"


def test_it_lists_what_became_of_deliveries_and_rolls_secrets(bezant, receiver, client):
    endpoint = client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["customer.created"]}
    )
    rolled = bezant.run("webhooks", "roll", endpoint.id, "--overlap", "1h", "--json")
    assert "object" in bezant.run("webhooks", "order", endpoint.id, "object")
    client.v1.customers.create({"name": "Ada"})
    call = receiver.next()
    for secret in (endpoint.secret, json.loads(rolled)["secret"]):
        stripe.Webhook.construct_event(call.body, call.signature, secret)
    event = json.loads(call.body)["id"]
    (delivery,) = json.loads(
        bezant.run("webhooks", "deliveries", "--event", event, "--endpoint", endpoint.id, "--json")
    )
    assert delivery["endpoint"] == endpoint.id
    assert endpoint.id in bezant.run("webhooks", "list")
    assert "one endpoint" in bezant.attempt("webhooks", "resend", "--since", "2026-01-01").stderr
    client.v1.webhook_endpoints.delete(endpoint.id)


def test_it_lets_things_happen_at_a_simulated_bank(bezant):
    told = json.loads(bezant.run("simulate", "wire", "in", "--amount", "700", "--json"))
    assert (told["status"], told["rail"], told["action"]) == ("done", "bank", "wire-in")
    listed = json.loads(bezant.run("simulate", "pix", "--json"))
    assert "return" in {one["action"] for one in listed}
    assert "no rail pigeon" in bezant.attempt("simulate", "pigeon").stderr
    assert "90s, 5m" in bezant.attempt("simulate", "bank", "outage", "--for", "soon").stderr
    assert "No money is moved" in bezant.attempt("simulate", "ach", "return", "po_none").stderr
