"""The socket that the official command line dials, dialled by hand."""

import json

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from bezant.db.pool import connect_sync
from tests.reliability.served import KEY

PATIENCE_S = 60


@pytest.fixture
def http(served):
    with httpx.Client(base_url=served.url, auth=(KEY, "")) as client:
        yield client


def session(http, feature="webhooks", **form):
    form |= {"device_name": "desk", "websocket_features[]": feature}
    answer = http.post("/v1/stripecli/sessions", data=form)
    assert answer.status_code == 200, answer.text
    return answer.json()


def dial(made, **changes):
    made = made | changes
    return connect(
        f"{made['websocket_url']}?websocket_feature={made['websocket_authorized_feature']}",
        additional_headers={"Websocket-Id": made["websocket_id"]},
    )


def customer(http):
    return http.post("/v1/customers", data={"name": "Ada"}).json()["id"]


def about(frame):
    return json.loads(frame["event_payload"])["data"]["object"]["id"]


def received(socket):
    return json.loads(socket.recv(timeout=PATIENCE_S))


def say(socket, kind, frame, **more):
    told = {"type": kind, "webhook_conversation_id": frame["webhook_conversation_id"], **more}
    socket.send(json.dumps(told))


@pytest.mark.parametrize(
    "name",
    ["", "nonsense", "cliws_1.1", "cliws_" + "0" * 24 + ".0", "cliws_" + "z" * 24 + "." + "z" * 40],
)
def test_an_unknown_session_is_refused_in_the_words_that_ask_for_another(http, name):
    made = session(http)
    with pytest.raises(InvalidStatus) as refused:
        dial(made, websocket_id=name)
    answer = refused.value.response
    assert answer.status_code == 404
    assert json.loads(answer.body)["error"]["message"] == "Unknown WebSocket ID."


def test_a_session_is_for_what_it_was_asked_for(http):
    made = session(http, "request_logs")
    with pytest.raises(InvalidStatus):
        dial(made, websocket_authorized_feature="webhooks")
    unknown = {"device_name": "desk", "websocket_features[]": "nonsense"}
    assert http.post("/v1/stripecli/sessions", data=unknown).status_code == 400


def test_a_device_keeps_its_secret(http):
    assert session(http)["secret"] == session(http)["secret"]


def test_what_becomes_of_an_event_is_kept_and_a_new_connection_goes_on(http, served):
    made = session(http, forward_to_url="http://localhost:1")
    with dial(made) as socket:
        first = customer(http)
        frame = received(socket)
        assert about(frame) == first
        say(socket, "event_ack", frame)
        say(socket, "webhook_response", frame, status=418)
        second = customer(http)
        other = received(socket)
        assert about(other) == second
        say(socket, "event_ack", other)
        third = customer(http)
        assert about(received(socket)) == third
    with dial(made) as socket:
        assert about(received(socket)) == third, "what was not acknowledged comes again"
    with connect_sync(served.database()) as conn:
        rows = conn.execute(
            b"select event, status, answer from delivery where endpoint = %s order by event",
            [made["id"]],
        ).fetchall()
    assert rows == [
        (frame["webhook_id"], "failed", "HTTP 418"),
        (other["webhook_id"], "delivered", "taken by the command line"),
    ]


def test_what_waited_for_its_object_is_not_lost_with_the_connection(http):
    made = session(http, forward_to_url="http://localhost:1")
    with dial(made) as socket:
        first = customer(http)
        created = received(socket)
        say(socket, "event_ack", created)
        http.post(f"/v1/customers/{first}", data={"name": "Eve"})
        second = customer(http)
        other = received(socket)
        assert about(other) == second, "the first customer waits for an answer"
        say(socket, "webhook_response", other, status=200)
        say(socket, "event_ack", created)
        customer(http)
        received(socket)
    with dial(made) as socket:
        again = received(socket)
        assert about(again) == first
        assert json.loads(again["event_payload"])["type"] == "customer.updated"
