"""The official Python SDK, unchanged, against a served Bezant and a network that fails."""

from decimal import Decimal

import pytest
import stripe

from tests.reliability.served import KEY


@pytest.fixture
def client(flaky):
    return stripe.StripeClient(KEY, base_addresses={"api": flaky.url}, max_network_retries=3)


def test_it_pages_by_itself(client):
    made = [client.v1.customers.create({"email": "pages@py.example"}).id for _ in range(7)]
    listed = client.v1.customers.list({"limit": 3, "email": "pages@py.example"})
    assert [each.id for each in listed.auto_paging_iter()] == made[::-1]


def test_it_pages_v2_by_itself(client):
    destinations = client.v2.core.event_destinations
    asked = {
        "name": "of the Python SDK",
        "type": "webhook_endpoint",
        "event_payload": "thin",
        "enabled_events": ["v1.customer.created"],
        "webhook_endpoint": {"url": "http://127.0.0.1:9999/hooks"},
    }
    made = {destinations.create(asked).id for _ in range(5)}
    listed = destinations.list({"limit": 2}).auto_paging_iter()
    assert [each.id for each in listed if each.name == asked["name"]] == sorted(made, reverse=True)
    for each in made:
        destinations.delete(each)


@pytest.mark.parametrize("bad", [409, 500, 503, "lost"])
def test_it_retries_under_one_key_and_makes_one_object(client, flaky, bad):
    flaky.statuses = [bad, bad]
    email = f"{bad}@py.example"
    made = client.v1.customers.create({"email": email})
    assert len(flaky.keys) == 3
    assert len(set(flaky.keys)) == 1
    assert [each.id for each in client.v1.customers.list({"email": email}).data] == [made.id]


def test_a_key_stands_for_one_request(client):
    options = {"idempotency_key": "the-py-key"}
    first = client.v1.customers.create({"name": "Ada"}, options)
    assert client.v1.customers.create({"name": "Ada"}, options).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({"name": "Eve"}, options)


def test_it_verifies_a_webhook(client, receiver):
    endpoint = client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["customer.created"]}
    )
    made = client.v1.customers.create({"name": "Ada"})
    call = receiver.next()
    event = stripe.Webhook.construct_event(call.body, call.signature, endpoint.secret)
    assert event.data.object.id == made.id
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(call.body + b" ", call.signature, endpoint.secret)
    client.v1.webhook_endpoints.delete(endpoint.id)


def test_it_keeps_accounts_of_v2(client):
    accounts = client.v2.core.accounts
    recipient = {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
    owned = {"owner": True, "percent_ownership": Decimal("12.5")}
    made = accounts.create({
        "contact_email": "ada@py.example",
        "dashboard": "express",
        "configuration": {"recipient": recipient},
        "identity": {"country": "us", "entity_type": "individual",
                     "individual": {"given_name": "Ada", "relationship": owned}},
        "include": ["configuration.recipient", "identity", "requirements"],
    })  # fmt: skip
    assert made.defaults is None
    assert made.identity.individual.given_name == "Ada"
    assert made.identity.individual.relationship.percent_ownership == Decimal("12.5")
    status = made.configuration.recipient.capabilities.stripe_balance.stripe_transfers
    assert (status.status, status.status_details[0].resolution) == ("restricted", "provide_info")
    assert made.requirements.entries[0].impact.restricts_capabilities[0].configuration
    assert client.v1.accounts.retrieve(made.id).email == "ada@py.example"
    own = accounts.retrieve(made.id, {"include": ["defaults"]}, {"stripe_context": made.id})
    assert own.defaults.responsibilities.losses_collector == "application"
    token = client.v2.core.account_tokens.create({"display_name": "By token"})
    changed = accounts.update(made.id, {"account_token": token.id, "contact_email": None})
    assert (changed.display_name, changed.contact_email) == ("By token", None)
    people = [accounts.persons.create(made.id, {"given_name": name}).id for name in "xyz"]
    listed = accounts.persons.list(made.id, {"limit": 2})
    assert [each.id for each in listed.auto_paging_iter()][:3] == people[::-1]
    assert accounts.persons.delete(made.id, people[0]).id == people[0]
    with pytest.raises(stripe.InvalidRequestError, match="nobody"):
        accounts.retrieve("acct_nobody")
    assert accounts.close(made.id, {"applied_configurations": ["recipient"]}).closed is True
