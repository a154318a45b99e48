"""`bezant doctor` finds what is wrong, each by its own check, and says what to do."""

import http.server
import json
import os
import shutil
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest

from bezant.cli.doctor import machine, postgres
from bezant.cli.doctor.finding import lasting, ok
from bezant.db.errors import StatementTimeout
from bezant.db.pool import connect_sync
from bezant.kernel.clock import SystemClock
from bezant.kernel.entropy import SystemEntropy
from bezant.kernel.ids import Ids
from bezant.ledger.chart import house

NOW = SystemClock().now()
HOUSE = house(livemode=False)
OLD = NOW - timedelta(days=9)
LATE = NOW - timedelta(hours=2)
FILE = {
    "object": "bank_file", "bank": "sandbox", "credits": 0, "currency": "usd", "debits": 0,
    "direction": "received", "entries": 0, "format": None, "livemode": False, "name": "odd.txt",
    "problems": ["line 1: no reader knows this file"], "rail": None, "reference": "", "sha256": "",
    "size": 1,
}  # fmt: skip
LINE = {
    "object": "bank_statement_line", "bank_reference": "", "booking_date": "2026-03-02", "code": "",
    "currency": "usd", "customer_reference": "", "description": "", "entry": "", "line": 1,
    "explained_by": None, "file": "", "fingerprint": "", "livemode": False, "rule": None,
    "statement": "", "status": "unmatched", "value_date": None,
}  # fmt: skip
STATEMENT = {
    "object": "bank_statement", "account": "1", "bank": "sandbox", "closing": 1, "currency": "usd",
    "files": [], "from_date": "2026-03-02", "lines": 0, "livemode": False, "matched": 0,
    "opening": 1, "reference": "", "to_date": "2026-03-02",
}  # fmt: skip


@pytest.fixture
def planted(database):
    """A database in which rows can be planted, by SQL or as documents of the house."""
    with connect_sync(database) as connection:
        yield SimpleNamespace(url=database, sql=connection.execute, document=_planter(connection))


def _planter(connection):
    ids = Ids(SystemClock(), SystemEntropy())

    def plant(kind, prefix, body, *, at=None):
        """Of this very moment unless told: what was so when the tests began may be late by now."""
        at = at or SystemClock().now()
        name = ids.new(prefix)
        body = body | {"id": name, "created": int(at.timestamp())}
        connection.execute(
            "insert into object (book_id, kind, id, created, version, body, status) "
            "values (%s, %s, %s, %s, 1, %s, %s)",
            [HOUSE.id, kind, name, at, json.dumps(body), body.get("status")],
        )
        return name

    return plant


@pytest.fixture
def examined(bezant, planted, nowhere):
    """Look, and return what a check of that name found."""
    nowhere.chmod(0o700)

    def look(name):
        said = bezant("doctor", "--json", url=planted.url, data=nowhere)
        checks = {check["name"]: check for check in said.json["checks"]}
        wrong = any(check["state"] == "bad" for check in checks.values())
        assert said.code == int(wrong)
        assert said.json["ok"] is not wrong
        return checks[name]

    return look


def test_a_platform_on_which_nothing_is_wrong_passes(bezant, own_world, monkeypatch):
    with connect_sync(own_world.url) as connection:  # What was played is long ago by now.
        connection.execute("update clock set frozen_at = %s", [own_world.end])
    own_world.folder.chmod(0o700)
    monkeypatch.setattr(postgres, "promises", lambda patient: ok("database", patient.whence))
    said = bezant("doctor", url=own_world.url, data=own_world.folder)
    assert said.code == 0
    warned = {words[1] for words in said.rows if words and words[0] == "warn"}
    assert warned == {"server", "clock", "bank"}  # Nobody serves, time stands, garbage came.
    assert "test mode stands still at " in said.out
    assert "→ `bezant clock run` lets it go" in said.out
    assert "garbage.txt: line 1: no reader knows this file" in said.out
    assert said.out.endswith("3 warnings.\n")


def test_a_new_database_only_lacks_a_key(examined):
    assert examined("keys")["said"] == "no key works"
    assert examined("schema") == {
        "name": "schema", "state": "ok", "said": "is up to date", "next": None,
    }  # fmt: skip


def test_a_refused_file_is_named_until_it_is_old(examined, planted):
    refused = FILE | {"status": "refused"}
    planted.document("bank_file", "bf", refused, at=NOW - timedelta(days=40))
    assert examined("bank files")["state"] == "ok"
    name = planted.document("bank_file", "bf", refused)
    found = examined("bank files")
    assert found["state"] == "warn"
    assert found["said"].endswith("the newest, odd.txt: line 1: no reader knows this file")
    assert f"`bezant files show {name}`" in found["next"]


@pytest.mark.parametrize("status", ["prepared", "delivered", "received"])
def test_a_file_that_got_stuck_is_bad(examined, planted, status):
    planted.document("bank_file", "bf", FILE | {"status": status})
    assert examined("hand-over")["state"] == "ok"
    planted.document("bank_file", "bf", FILE | {"status": status}, at=LATE)
    found = examined("hand-over")
    assert found["state"] == "bad"
    assert f"odd.txt, has been {status} for 2 hours" in found["said"]


def test_a_file_that_nobody_reads_is_seen_in_its_inbox(examined, nowhere):
    inbox = nowhere / "banks" / "sandbox" / "from_bank"
    inbox.mkdir(parents=True)
    (inbox / "waits.txt").write_text("?")
    assert examined("hand-over")["state"] == "ok"
    os.utime(inbox / "waits.txt", (LATE.timestamp(), LATE.timestamp()))
    found = examined("hand-over")
    assert (found["state"], found["next"]) == ("warn", "see that the server runs")
    assert "1 file waits to be read, such as " in found["said"]


def test_unexplained_lines_are_added_up(examined, planted):
    for amount in (1500, -500):
        planted.document("bank_statement_line", "bsl", LINE | {"amount": amount})
    found = examined("breaks")
    assert found["state"] == "warn"
    assert found["said"] == ("2 lines unexplained, 20.00 USD in and out, the oldest of 2026-03-02")


def test_a_gap_between_statements_is_bad(examined, planted):
    planted.document("bank_statement", "bst", STATEMENT | {"breaks": []})
    assert examined("statements")["state"] == "ok"
    planted.document("bank_statement", "bst", STATEMENT | {"breaks": ["It opens with 2."]})
    found = examined("statements")
    assert found["state"] == "bad"
    assert found["said"].endswith("of 2026-03-02: It opens with 2.")


DELIVERY = (
    "insert into delivery (book_id, id, event_book, event, endpoint, status, due_at, answer, "
    "created) values (1, 'd', 1, 'evt', 'we_1', %s, %s, 'answered 500', %s)"
)
ENDPOINT = (
    "insert into object (book_id, kind, id, created, version, body, status, hidden) "
    "values (1, 'webhook_endpoint', 'we_1', %s, 1, '{}', 'disabled', %s)"
)
JOB = (
    "insert into job (book_id, id, kind, payload, run_at, status, problem) "
    "values (1, 'j', 'export', '{}', %s, %s, 'no room')"
)
VERIFY = (
    "insert into job (book_id, id, kind, payload, run_at, status) "
    "values (1, 'j', 'account.verify', %s, %s, 'ready')"
)
ACCOUNT = (
    "insert into account (book_id, account_id, path, currency, credit_normal, created, digest, "
    "posted_credits, version, touched_at) values (%s, 1, %s, 'usd', true, %s, '', 500, 1, %s)"
)
ENTRY = (
    "insert into entry (book_id, id, kind, source, effective_at, recorded_at, moves, digest, xid) "
    "values (1, 'le', 'test', 'test', %s, %s, 1, '', 1)"
)
MOVEMENT = (
    "insert into object (book_id, kind, id, created, version, body, status, due_at) "
    "values (1, 'movement', 'mv_1', %s, 1, '{}', %s, %s)"
)
BOOK = "insert into book (book_id, owner, livemode) values (%s, 'house', false)"
OUTBOX = "insert into outbox (book_id, id) values (1, %s)"
SCHEDULE = "insert into schedule (name, every_seconds, next_at) values ('purge', 60, %s)"
HOLD = (
    "insert into hold (book_id, entry_id, n, amount, remaining, expires_at) "
    "values (1, 'le', 0, 5, 5, %s)"
)
EVENT = Ids(SimpleNamespace(now=lambda: LATE), SystemEntropy()).new("evt")

GONE = '{"secret": "whsec_1", "reason": "delivery_failed", "disabled_at": 1700000000}'
BY_USER = '{"secret": "whsec_1", "reason": "user", "disabled_at": 1700000000}'

FAULTS = [
    ("webhooks", "warn", "disabled after three days in which it took nothing: we_1",
     [(ENDPOINT, [NOW, GONE])]),
    ("webhooks", "ok", "none was given up", [(ENDPOINT, [NOW, BY_USER])]),
    ("webhooks", "warn", "1 delivery was given up in the last 7 days, most by we_1: answered 500",
     [(DELIVERY, ["failed", None, NOW])]),
    ("webhooks", "warn", "1 is late, by up to 2 hours", [(DELIVERY, ["pending", LATE, NOW])]),
    ("events", "warn", "1 event has waited for up to 2 hours", [(OUTBOX, [EVENT])]),
    ("jobs", "bad", "1 job is parked, 1 of them export: no room", [(JOB, [None, "parked"])]),
    ("jobs", "warn", "1 job is late, by up to 2 hours", [(JOB, [LATE, "ready"])]),
    ("jobs", "warn", "purge is late by 2 hours", [(SCHEDULE, [LATE])]),
    ("verification", "warn", "nobody verifies in live mode: 1 person or company waits",
     [(VERIFY, ['{"livemode":true}', NOW])]),
    ("verification", "ok", "no live account waits", [(VERIFY, ['{"livemode":false}', NOW])]),
    ("movements", "bad", "of 1 movement nobody knows", [(MOVEMENT, [NOW, "unknown", None])]),
    ("movements", "warn", "1 movement is held", [(MOVEMENT, [NOW, "held", None])]),
    ("movements", "bad", "1 movement should have left, up to 2 hours ago",
     [(MOVEMENT, [NOW, "scheduled", LATE])]),
    ("holds", "warn", "1 has expired and not been released, up to 2 hours ago", [(HOLD, [LATE])]),
    ("due", "bad", "5.00 USD is between books in test mode",
     [(BOOK, [HOUSE.id]), (ACCOUNT, [HOUSE.id, "due", OLD, OLD])]),
    ("clearing", "warn",
     "5.00 USD on in_transit:ach in 1 book, test mode, unmoved for up to 9 days",
     [(BOOK, [HOUSE.id]), (ACCOUNT, [HOUSE.id, "in_transit:ach", OLD, OLD])]),
    ("clearing", "ok", "5.00 USD on network:ach in 1 book, test mode, unmoved for up to 2 hours",
     [(BOOK, [HOUSE.id]), (ACCOUNT, [HOUSE.id, "network:ach", LATE, LATE])]),
    ("seals", "warn", "1 entry without a seal, for up to 2 hours", [(ENTRY, [LATE, LATE])]),
    ("seals", "ok", "the first is to come", [(ENTRY, [NOW, NOW])]),
    ("clock", "bad", "the newest move was recorded 9 days from now",
     [(ACCOUNT, [HOUSE.id, "cost", NOW, NOW + timedelta(days=9, hours=1)])]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "state", "said", "statements"), FAULTS)
def test_a_fault_is_found_by_its_check(examined, planted, name, state, said, statements):
    before = examined(name)
    assert before["state"] == "ok"
    for statement, values in statements:
        planted.sql(statement, values)
    found = examined(name)
    assert (found["state"], said in found["said"]) == (state, True), found
    assert bool(found["next"]) is (state != "ok")


def test_a_clock_that_runs_ahead_by_order_is_no_fault(examined, planted):
    planted.sql(ACCOUNT, [HOUSE.id, "cost", NOW, NOW + timedelta(days=9)])
    planted.sql("update clock set offset_micros = %s", [10 * 86_400 * 1_000_000])
    assert examined("clock")["state"] == "ok"


def test_a_check_that_takes_too_long_is_left(examined, monkeypatch):
    def slow(_patient):
        raise StatementTimeout

    slow.__name__ = "holds"
    monkeypatch.setattr("bezant.cli.doctor.CHECKS", (slow,))
    assert examined("holds")["said"] == "took longer than 10 s, and was left"


def test_pending_migrations_stop_the_look(bezant, empty_database):
    said = bezant("doctor", "--json", url=empty_database)
    assert said.code == 1
    last = said.json["checks"][-1]
    assert (last["name"], last["state"], last["next"]) == ("schema", "bad", "run `bezant migrate`")


def test_too_many_connections_are_counted(examined, monkeypatch):
    monkeypatch.setenv("BEZANT_WORKERS", "20")
    found = examined("connections")
    assert found["state"] == "bad"
    assert found["said"] == "up to 300 of 200 are wanted, by 20 with a pool of 10 each"


def test_a_server_that_may_forget_is_bad(examined):
    found = examined("database")  # The tests' own server is forgetful, so that it is fast.
    assert found["state"] == "bad"
    assert "may forget what it has committed" in found["said"]


def test_a_database_out_of_reach_is_bad(bezant, nowhere):
    said = bezant("doctor", "--json", url=f"user=nobody dbname=none host={nowhere}")
    assert said.code == 1
    assert said.json["checks"][-1]["next"] == "the rest was not looked at"


def test_before_the_first_start_there_is_nothing_wrong(bezant, nowhere):
    said = bezant("doctor")
    assert said.code == 0
    assert said.row("warn", "database")[2:] == ["there", "is", "none", "yet"]
    assert list(nowhere.iterdir()) == []


@pytest.fixture
def settings(nowhere):
    """Settings as far as the machine is asked about them."""
    return SimpleNamespace(data=nowhere / "data", host="127.0.0.1", port=0)


def test_the_data_folder_must_be_ours_alone(settings):
    assert machine.folder(settings).state == "warn"
    settings.data.write_text("")
    assert machine.folder(settings).said.endswith("is no folder")
    settings.data.unlink()
    settings.data.mkdir(mode=0o755)
    settings.data.chmod(0o755)
    assert "is open to other users" in machine.folder(settings).said
    settings.data.chmod(0o700)
    assert machine.folder(settings).state == "ok"


def test_the_data_folder_of_somebody_else_is_refused(settings, monkeypatch):
    settings.data.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: settings.data.stat().st_uid + 54_321)
    found = machine.folder(settings)
    assert found.state == "bad"
    assert " belongs to " in found.said


@pytest.mark.parametrize(("gigabytes", "state"), [(0.5, "bad"), (3, "warn"), (50, "ok")])
def test_a_full_disk_is_seen_before_it_is_full(settings, monkeypatch, gigabytes, state):
    usage = SimpleNamespace(free=gigabytes * machine.GIB, total=100 * machine.GIB)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert machine.space(settings).state == state


@pytest.mark.parametrize(
    ("status", "body", "state", "words"),
    [
        (200, b'{"status":"ready"}', "ok", "and is ready"),
        (503, b'{"status":"not ready","reason":"why"}', "bad", "is not ready: "),
        (404, b"<html>", "bad", "is not Bezant"),
        (200, b"<html>", "bad", "is not Bezant"),
    ],
)
def test_who_answers_on_the_port_is_asked(settings, status, body, state, words):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        settings.port = server.server_address[1]
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        found = machine.server(settings)
        thread.join()
    assert found.state == state
    assert words in found.said


def test_nobody_on_the_port_is_a_warning(settings):
    settings.port = 1
    found = machine.server(settings)
    assert (found.state, found.next) == ("warn", "`bezant serve` starts it")


def test_spans_are_told_in_the_unit_that_says_it_best():
    told = {
        timedelta(seconds=-1): "0 seconds",
        timedelta(seconds=1): "1 second",
        timedelta(minutes=90): "1 hour",
        timedelta(minutes=59): "59 minutes",
        timedelta(days=1): "1 day",
        timedelta(days=2_000): "2,000 days",
    }
    assert {span: lasting(span) for span in told} == told
