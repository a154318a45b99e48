"""SFTP against a real SSH server: whole files, pinned keys, cut connections."""

from io import BytesIO

import asyncssh
import pytest

from bezant.banks.settings import SftpSettings
from bezant.banks.sftp import ATTEMPTS, Sftp
from bezant.kernel.errors import ConfigError
from tests.banks.ssh_server import KINDS, served

DATA = bytes(range(256)) * 2_000


@pytest.fixture(params=KINDS)
def server(request, tmp_path):
    """A bank's server with its three folders."""
    root, keys = tmp_path / "bank", tmp_path / "keys"
    for folder in (root / "to_bank", root / "from_bank", keys):
        folder.mkdir(parents=True)
    with served(request.param, root, keys) as running:
        yield running


@pytest.fixture
def connect(server):
    """Return a transport with other settings than the usual ones."""

    def make(environ=None, **changes):
        known = {
            "host": "127.0.0.1",
            "port": server.port,
            "username": "us",
            "host_key": server.host_key.get_fingerprint(),
            "private_key": f"file:{server.client_key}",
            "timeout_seconds": 10,
        }
        return Sftp(SftpSettings(**{**known, **changes}), environ or {})

    return make


def read(arrivals):
    return [(arrival.name, arrival.path.read_bytes()) for arrival in arrivals]


def listed(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_whole_and_is_known_to_be_there(server, connect):
    bank = connect()
    assert not bank.took("a.ach")
    bank.put("a.ach", BytesIO(DATA))
    assert listed(server.root / "to_bank") == ["a.ach"]
    assert (server.root / "to_bank" / "a.ach").read_bytes() == DATA
    assert bank.took("a.ach")
    bank.put("a.ach", BytesIO(DATA))
    assert listed(server.root / "to_bank") == ["a.ach"]


def test_a_file_that_the_bank_has_picked_up_is_known_by_its_acknowledgement(server, connect):
    bank = connect()
    (server.root / "from_bank" / "a.ach.ack").write_bytes(b"{}")
    assert bank.took("a.ach")
    bank.done("a.ach.ack")
    assert bank.took("a.ach")
    assert not bank.took("b.ach")


def test_a_cut_upload_goes_on_where_it_was_cut(server, connect):
    server.line.cuts = [200_000]
    connect().put("a.ach", BytesIO(DATA))
    assert server.line.connections == 2
    assert (server.root / "to_bank" / "a.ach").read_bytes() == DATA
    assert listed(server.root / "to_bank") == ["a.ach"]


def test_a_line_that_is_always_cut_leaves_the_outcome_unknown(server, connect):
    server.line.cuts = [100_000] * ATTEMPTS
    bank = connect()
    with pytest.raises(OSError, match="SFTP to 127"):
        bank.put("a.ach", BytesIO(DATA))
    assert not bank.took("a.ach")
    (part,) = (server.root / "to_bank").iterdir()
    assert DATA.startswith(part.read_bytes())
    bank.put("a.ach", BytesIO(DATA))
    assert listed(server.root / "to_bank") == ["a.ach"]


def test_what_another_left_under_the_hidden_name_is_not_taken_for_ours(server, connect):
    (server.root / "to_bank" / ".a.ach.part").write_bytes(b"something else")
    connect().put("a.ach", BytesIO(DATA))
    assert (server.root / "to_bank" / "a.ach").read_bytes() == DATA


def test_arrivals_are_read_and_put_aside(server, connect):
    inbox = server.root / "from_bank"
    (inbox / "b.xml").write_bytes(b"<b/>")
    (inbox / "a.xml").write_bytes(b"<a/>")
    (inbox / ".half").write_bytes(b"not yet")
    (inbox / "folder").mkdir()
    bank = connect()
    assert read(bank.arrivals()) == [("a.xml", b"<a/>"), ("b.xml", b"<b/>")]
    bank.done("a.xml")
    bank.done("a.xml")
    assert read(bank.arrivals()) == [("b.xml", b"<b/>")]
    assert (server.root / "done" / "a.xml").read_bytes() == b"<a/>"
    deleting = connect(done="")
    deleting.done("b.xml")
    assert bank.arrivals() == []
    assert listed(server.root / "done") == ["a.xml"]


def test_a_password_and_a_whole_host_key_do_as_well(server, connect):
    line = server.host_key.export_public_key().decode().strip()
    settings = {"host_key": line, "private_key": None, "password": "env:BANK_PASSWORD"}
    assert connect({"BANK_PASSWORD": "secret"}, **settings).arrivals() == []
    with pytest.raises(OSError, match="Permission denied"):
        connect({"BANK_PASSWORD": "wrong"}, **settings).arrivals()
    with pytest.raises(ConfigError, match="BANK_PASSWORD, which holds a bank's secret"):
        connect({}, **settings).arrivals()


def test_another_server_than_the_pinned_one_is_told_nothing(server, connect):
    other = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint()
    with pytest.raises(OSError, match="Host key"):
        connect(host_key=other).put("a.ach", BytesIO(DATA))
    assert listed(server.root / "to_bank") == []


def test_a_bank_that_is_not_there_leaves_the_outcome_unknown(connect, tmp_path):
    with pytest.raises(OSError, match="Connect call failed"):
        connect(port=1).took("a.ach")
    nonsense = tmp_path / "nonsense"
    nonsense.write_bytes(b"no key")
    with pytest.raises(ConfigError, match="cannot be used"):
        connect(private_key=f"file:{nonsense}").arrivals()
