"""A provider of verification over HTTP: what it is asked, what it says, and without one."""

import hashlib
import hmac
from typing import Any

import httpx
import msgspec
import pytest

from bezant.kernel.config import Config
from bezant.kernel.secret import Secret
from bezant.resources.connect.verification import Verifiers
from bezant.server.verifier import HEADER, HttpVerifier, ProviderFailed, verifiers_of
from tests.resources.office import LIVE_SECRET, Office
from tests.resources.test_requirements import ADA, BUSINESS

URL = "https://verify.example.com/bezant"
SECRET = "whsec_of_the_provider"
PROBLEM = {"code": "verification_failed_id_number_match", "field": "id_number", "reason": "Wrong."}


class Provider:
    """The other end: keeps what it is asked, and answers as it is told to."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answers: list[httpx.Response] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        marks = dict(part.split("=") for part in request.headers[HEADER].split(","))
        message = f"{marks['t']}.{request.content.decode()}".encode()
        assert marks["v1"] == hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()
        self.asked.append(msgspec.json.decode(request.content))
        return self.answers.pop(0)


@pytest.fixture
def provider(office: Office) -> Provider:
    made = Provider()
    verifier = HttpVerifier(URL, Secret(SECRET), office.clock, httpx.MockTransport(made))
    office.runtime.ports[Verifiers] = Verifiers(live=verifier)
    return made


def live(office: Office, method: str, path: str, **params: Any) -> Any:
    answer = office.ask(method, path, params=params, secret=LIVE_SECRET)
    assert answer.status == 200, answer.text
    return answer.json


def opened(office: Office) -> str:
    said = {name: BUSINESS[name] for name in ("business_profile", "tos_acceptance")}
    return live(office, "POST", "/v1/accounts", type="custom", business_type="individual",
                individual=ADA, capabilities={"transfers": {"requested": True}},
                **said)["id"]  # fmt: skip


def works(office: Office) -> int:
    """Do what is due; returns how many jobs that were."""
    done = 0
    while count := office.work():
        done += count
    return done


def test_a_provider_is_asked_and_believed(office: Office, provider: Provider) -> None:
    account = opened(office)
    path = f"/v1/accounts/{account}"
    assert live(office, "GET", path)["capabilities"] == {"transfers": "pending"}
    provider.answers = [
        httpx.Response(503),
        httpx.Response(200, json={"problems": [{"code": "x"}]}),
        httpx.Response(200, json={"problems": [PROBLEM]}),
        httpx.Response(200, json={"problems": []}),
    ]
    for _ in range(3):
        works(office)
        office.pass_time(minutes=1)
    asked = provider.asked[0]
    assert (asked["kind"], asked["claims"]["first_name"]) == ("person", "Ada")
    assert {each["id"] for each in provider.asked} == {asked["id"]}
    assert len(provider.asked) == 3
    told = live(office, "GET", path)["requirements"]
    assert "individual.id_number" in told["past_due"]
    assert told["errors"][0]["code"] == PROBLEM["code"]
    live(office, "POST", path, individual={"id_number": "123456789"})
    works(office)
    assert provider.asked[3]["claims"]["id_number"] == "123456789"
    assert live(office, "GET", path)["capabilities"] == {"transfers": "active"}


def test_what_waits_is_asked_as_soon_as_there_is_a_provider(office: Office) -> None:
    account = opened(office)
    assert works(office) > 0
    office.pass_time(hours=2)
    assert works(office) > 0
    told = live(office, "GET", f"/v1/accounts/{account}")
    assert (told["capabilities"], told["requirements"]["disabled_reason"]) == (
        {"transfers": "pending"}, "requirements.pending_verification",
    )  # fmt: skip
    made = Provider()
    made.answers = [httpx.Response(200, json={"problems": []})]
    verifier = HttpVerifier(URL, Secret(SECRET), office.clock, httpx.MockTransport(made))
    office.runtime.ports[Verifiers] = Verifiers(live=verifier)
    office.pass_time(hours=2)
    works(office)
    assert live(office, "GET", f"/v1/accounts/{account}")["capabilities"] == {"transfers": "active"}


def test_nobody_verifies_in_live_mode_unless_it_is_set(office: Office) -> None:
    assert verifiers_of(Config(), office.clock).live is None
    config = Config(verifier_url=URL, verifier_secret=Secret(SECRET))
    assert isinstance(verifiers_of(config, office.clock).live, HttpVerifier)

    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there", request=request)

    verifier = HttpVerifier(URL, Secret(SECRET), office.clock, httpx.MockTransport(lost))
    with pytest.raises(ProviderFailed, match="out of reach"):
        office.run(verifier.verify("person", {"first_name": "Ada"}))
    assert verifier.at_once("person", {}) is None
