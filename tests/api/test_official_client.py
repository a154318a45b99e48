"""The official SDK over a real connection: what it sends is understood, what it gets it raises."""

import threading
from collections.abc import Iterator

import pytest
import stripe
import uvicorn

from bezant.commit.change_set import Refused
from tests.api.shop import SECRET, World


class Served(uvicorn.Server):
    """A server in a thread; `ready` is set once it listens."""

    def __init__(self, shop: World) -> None:
        super().__init__(
            uvicorn.Config(shop.app, port=0, log_config=None, lifespan="off", access_log=False)
        )
        self.ready = threading.Event()

    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @property
    def url(self) -> str:
        host, port = self.servers[0].sockets[0].getsockname()
        return f"http://{host}:{port}"


@pytest.fixture
def server(shop: World) -> Iterator[Served]:
    served = Served(shop)
    thread = threading.Thread(target=served.run)
    thread.start()
    assert served.ready.wait(10)
    yield served
    served.should_exit = True
    thread.join(10)


@pytest.fixture
def client(server: Served) -> stripe.StripeClient:
    return sdk(server, SECRET)


def sdk(server: Served, secret: str) -> stripe.StripeClient:
    return stripe.StripeClient(secret, base_addresses={"api": server.url}, max_network_retries=0)


def test_what_it_sends_is_understood(client: stripe.StripeClient) -> None:
    answer = client.raw_request(
        "post",
        "/v1/parcels",
        amount=500,
        currency="usd",
        fragile=True,
        description="é & more",
        metadata={"a key": "a=b&c", "n": 5},
    )
    made = client.deserialize(answer, api_mode="V1")
    assert made["fragile"] is True
    assert made["description"] == "é & more"
    assert made["metadata"].to_dict() == {"a key": "a=b&c", "n": "5"}
    listed = client.raw_request("get", "/v1/parcels", created={"gte": 5}, expand=["data.shelf"])
    page = client.deserialize(listed, api_mode="V1")
    assert [each.id for each in page.auto_paging_iter()] == [made.id]


def test_it_repeats_by_its_own_key(shop: World, client: stripe.StripeClient) -> None:
    options = {"idempotency_key": "k", "amount": 1, "currency": "usd"}
    first = client.raw_request("post", "/v1/parcels", **options)
    again = client.raw_request("post", "/v1/parcels", **options)
    assert again.body == first.body
    assert len(shop.reader.rows) == 1


@pytest.mark.parametrize(
    ("path", "params", "error"),
    [
        ("/v1/parcels", {"amount": 0, "currency": "usd"}, stripe.InvalidRequestError),
        ("/v1/nope", {}, stripe.InvalidRequestError),
        ("/v1/parcels/par_1", {}, stripe.InvalidRequestError),
        (
            "/v1/parcels",
            {"amount": 1, "currency": "usd", "stripe_account": "acct_none"},
            stripe.PermissionError,
        ),
        (
            "/v1/parcels",
            {"amount": 1, "currency": "usd", "description": "bug"},
            stripe.APIError,
        ),
        (
            "/v1/parcels",
            {"amount": 1, "currency": "usd", "description": "x" * (2 << 20)},
            stripe.InvalidRequestError,
        ),
    ],
)
def test_what_it_gets_it_raises(
    client: stripe.StripeClient, path: str, params: dict, error: type[stripe.StripeError]
) -> None:
    with pytest.raises(error) as raised:
        client.raw_request("post", path, **params)
    assert type(raised.value) is error
    assert raised.value.request_id is not None
    assert raised.value.request_id.startswith("req_")
    assert raised.value.user_message


def test_other_kinds_of_error(shop: World, server: Served, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.AuthenticationError):
        sdk(server, "sk_test_wrong").raw_request("get", "/v1/parcels")
    shop.door.refuse.extend([Refused("stale", {"id": "x"})] * 20)
    with pytest.raises(stripe.RateLimitError):
        client.raw_request("post", "/v1/parcels", amount=1, currency="usd")
    client.raw_request("post", "/v1/parcels", amount=1, currency="usd", idempotency_key="k")
    with pytest.raises(stripe.IdempotencyError):
        client.raw_request("post", "/v1/parcels", amount=2, currency="usd", idempotency_key="k")


def test_it_retries_what_it_is_told_to_retry(shop: World, server: Served) -> None:
    client = stripe.StripeClient(SECRET, base_addresses={"api": server.url}, max_network_retries=1)
    shop.door.refuse.extend([Refused("stale", {"id": "x"})] * 20)
    answer = client.raw_request("post", "/v1/parcels", amount=1, currency="usd")
    assert answer.code == 200
    assert len(shop.reader.rows) == 1
