"""Log lines are whole, timed by the clock, and without secrets."""

import io
import json
import logging
from datetime import UTC, datetime

import pytest
import structlog

from bezant.kernel import log
from bezant.kernel.clock import VirtualClock
from bezant.kernel.secret import Secret

CLOCK = VirtualClock(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


@pytest.fixture(autouse=True)
def put_logging_back():
    """Leave both logging systems as they were found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for handler in handlers:  # Configuring anew closes the handlers that it finds.
        root.removeHandler(handler)
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def lines():
    """Return a function that reads the JSON lines logged so far."""
    stream = io.StringIO()
    log.configure(CLOCK, form="json", stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_one_line_tells_a_request(lines):
    log.canonical_line("request", method="GET", status=200, duration_ms=1.5, account=None)
    assert lines() == [
        {
            "event": "request",
            "level": "info",
            "time": "2026-01-02T03:04:05.000000+00:00",
            "method": "GET",
            "status": 200,
            "duration_ms": 1.5,
        }
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("anything", Secret("hush")),
        ("anything", [Secret("hush")]),
        ("anything", {"deep": [{"password": "hush"}]}),
        ("Authorization", "hush"),
        ("client_secret", "hush"),
        ("api_key", "hush"),
        ("account_number", "hush"),
        ("text", "key sk_test_hush, done"),
        ("text", "rk_live_hush"),
        ("text", "whsec_hush"),
        ("text", "Bearer hush"),
        ("text", "Basic hush=="),
        ("text", "postgresql://bezant:hush@db/bezant"),
        ("text", ValueError("no such key: sk_live_hush")),
        ("text", (("sk_test_hush",),)),
    ],
)
def test_secrets_are_redacted(lines, field, value):
    log.canonical_line("request", **{field: value})
    (line,) = lines()
    assert "hush" not in json.dumps(line)
    assert "[redacted]" in json.dumps(line)


CARD = "4242424242424242"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (CARD, "[redacted]"),
        ("no such card: '4242 4242 4242 4242'", "no such card: '[redacted]'"),
        ("/v1/cards/4000-0000-0000-0002?a=1", "/v1/cards/[redacted]?a=1"),
        ("a=4242%204242%204242%204242&b", "a=[redacted]&b"),
        ("378282246310005,36227206271667", "[redacted],[redacted]"),
        ("4242424242424241", "4242424242424241"),
        (f"7{CARD}", f"7{CARD}"),
        (f"{CARD}7", f"{CARD}7"),
        ("at 1795797269123456 of 2026112716342999", "at 1795797269123456 of 2026112716342999"),
        ("trace 021000021234567", "trace 021000021234567"),
    ],
)
def test_numbers_of_cards_are_redacted_wherever_they_stand(text, kept):
    assert log.cleaned(text) == kept


def test_what_is_no_secret_stays(lines):
    told = {
        "idempotency_key": "k-1",
        "url": "http://127.0.0.1:4242/v1/payouts",
        "payout": "po_0123",
        "publishable": "pk_test_abc",
        "count": 3,
        "flag": True,
        "nested": {"a": [1, "b", None]},
    }
    log.canonical_line("request", **told)
    (line,) = lines()
    assert {name: line[name] for name in told} == told


def test_the_kind_of_a_redacted_key_can_be_read(lines):
    log.canonical_line("sk_test_hush")
    assert lines()[0]["event"] == "sk_test_[redacted]"


def test_a_traceback_is_part_of_its_line_and_redacted(lines):
    try:
        int("sk_live_hush")
    except ValueError:
        structlog.get_logger().exception("failed", request="req_1")
    (line,) = lines()
    assert (line["event"], line["level"], line["request"]) == ("failed", "error", "req_1")
    assert "ValueError: invalid literal" in line["exception"]
    assert "sk_live_[redacted]" in line["exception"]
    assert "hush" not in line["exception"]


def test_other_libraries_lines_join(lines):
    logging.getLogger("some.library").warning("called with %s", "Bearer hush")
    assert lines()[0] == {
        "event": "called with Bearer [redacted]",
        "level": "warning",
        "time": "2026-01-02T03:04:05.000000+00:00",
    }


def test_context_is_bound_to_every_line(lines):
    structlog.contextvars.bind_contextvars(request="req_1")
    log.canonical_line("request")
    assert lines()[0]["request"] == "req_1"


def test_lines_below_the_level_are_dropped():
    stream = io.StringIO()
    log.configure(CLOCK, level="warning", stream=stream)
    log.canonical_line("request")
    logging.getLogger("x").info("request")
    assert stream.getvalue() == ""
    structlog.get_logger().warning("kept")
    assert "kept" in stream.getvalue()


def test_the_console_form_is_for_people():
    stream = io.StringIO()
    log.configure(CLOCK, stream=stream)
    log.canonical_line("payout sent", payout="po_1", password="hush")
    (line,) = stream.getvalue().splitlines()
    assert line.startswith("2026-01-02T03:04:05")
    assert "payout sent" in line
    assert "payout=po_1" in line
    assert "hush" not in line
    assert "\x1b" not in line


def test_an_event_of_many_lines_stays_on_one(lines):
    log.canonical_line("a\nb", text="c\r\nd")
    assert lines()[0]["event"] == "a\nb"


def test_a_module_may_take_its_logger_before_the_log_is_set_up():
    logger = log.get_logger("bezant.some.module")
    stream = io.StringIO()
    log.configure(CLOCK, form="json", stream=stream)
    logger.warning("slow", key="sk_test_hush")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["module"]) == ("slow", "bezant.some.module")
    assert line["key"] == "sk_test_[redacted]"
