"""What the socket of the command line sends when, and how it follows logs that commit late."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from bezant.kernel.clock import VirtualClock
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.ids import Ids
from bezant.kernel.secret import Secret
from bezant.resources.stripecli import log_filters
from bezant.resources.stripecli.forwarding import PATIENCE_S, Forwarding, Signing
from bezant.store.feed import LATE_SECONDS, FedEvent, Trail
from bezant.store.request_log import LoggedRequest

START = datetime(2026, 3, 2, tzinfo=UTC)


class Desk:
    """A session that forwards, on a clock that the test moves."""

    def __init__(self, *, forwards=True):
        self.clock = VirtualClock(START)
        ids = Ids(self.clock, SeededEntropy(1))
        signing = Signing(7, "cliws_1", Secret("whsec_x"), forwards)
        self.forwarding = Forwarding(signing, self.clock, ids)

    def take(self, *events):
        """Take events, each given as its id and its object."""
        self.forwarding.take([FedEvent(7, name, of, '{"id":1}', 0) for name, of in events])

    def sent(self):
        """Return what is sent now: the events, and their conversations by event."""
        frames = [msgspec.json.decode(frame) for frame in self.forwarding.due()]
        return {frame["webhook_id"]: frame["webhook_conversation_id"] for frame in frames}

    def hear(self, kind, name, status=0):
        """Hear the command line say something of a conversation."""
        frame = {"type": kind, "webhook_conversation_id": name, "status": status}
        return self.forwarding.heard(msgspec.json.encode(frame).decode())


def test_an_object_waits_for_the_answer_to_its_event_before():
    desk = Desk()
    desk.take(("evt_1", "a"), ("evt_2", "a"), ("evt_3", "b"))
    first = desk.sent()
    assert list(first) == ["evt_1", "evt_3"]
    assert desk.hear("event_ack", first["evt_1"]).status == "delivered"
    assert desk.sent() == {}, "taken is not answered"
    told = desk.hear("webhook_response", first["evt_1"], 500)
    assert (told.event, told.status, told.answer) == ("evt_1", "failed", "HTTP 500")
    assert list(desk.sent()) == ["evt_2"]


def test_no_object_waits_for_ever():
    desk = Desk()
    desk.take(("evt_1", "a"), ("evt_2", "a"))
    desk.sent()
    desk.clock.advance(timedelta(seconds=PATIENCE_S))
    assert list(desk.sent()) == ["evt_2"]


def test_where_nothing_is_forwarded_an_acknowledgement_is_enough():
    desk = Desk(forwards=False)
    desk.take(("evt_1", "a"), ("evt_2", "a"))
    desk.hear("event_ack", desk.sent()["evt_1"])
    assert list(desk.sent()) == ["evt_2"]


def test_frames_of_others_say_nothing():
    desk = Desk()
    desk.take(("evt_1", "a"))
    name = desk.sent()["evt_1"]
    assert desk.hear("webhook_response", "dlv_other", 200) is None
    assert desk.hear("something_new", name) is None
    with pytest.raises(msgspec.DecodeError):
        desk.forwarding.heard("not JSON")


def test_a_trail_sees_each_row_once_and_those_that_commit_late():
    trail = Trail("0")
    assert trail.new([("2", "2"), ("4", "4")], now=0.0) == ["2", "4"]
    assert trail.new([("2", "2"), ("3", "3"), ("4", "4")], now=1.0) == ["3"]
    assert trail.after == "0"
    assert trail.new([("4", "4")], now=LATE_SECONDS) == []
    assert trail.after == "4", "what came with the first look is old enough"


def test_filters_let_through_what_fits_each_of_them():
    def passes(text, **changes):
        row = LoggedRequest(
            7, "req_1", START, "POST", "/v1/payouts", 402, "acct_1", "key_1", None, None, 1, None
        )._replace(**changes)
        return log_filters.read(text).pass_(row, "acct_1")

    assert passes(None)
    assert passes("{}")
    assert passes('{"filter_status_code_type":["400"],"filter_http_method":["POST"]}')
    assert not passes('{"filter_status_code_type":["400"],"filter_http_method":["GET"]}')
    assert passes('{"filter_request_status":["FAILED"]}')
    assert not passes('{"filter_request_status":["FAILED"]}', status=200)
    assert passes('{"filter_account":["connect_out"]}', account="acct_2")
    assert not passes('{"filter_account":["connect_out"]}')
    assert not passes('{"filter_source":["DASHBOARD"]}')
    for wrong in ("[", '{"filter_account":1}', '{"filter_ip_address":["1.1.1.1"]}'):
        with pytest.raises(InvalidRequest):
            log_filters.read(wrong)
