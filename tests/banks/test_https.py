"""HTTPS against a real TLS server: certificates on both sides, signatures, the same file twice."""

import hashlib
from datetime import UTC, datetime
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from bezant.banks.https import Https
from bezant.banks.settings import HttpsSettings
from bezant.kernel.clock import SteeredClock
from bezant.kernel.errors import ConfigError
from tests.banks.tls_server import (
    Authority,
    Bank,
    ecdsa_check,
    ed25519_check,
    hmac_check,
    private_pem,
    rsa_check,
    served,
)


def read(arrivals):
    return [(arrival.name, arrival.path.read_bytes()) for arrival in arrivals]


NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    made = SteeredClock()
    made.stand(NOON)
    return made


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def bank():
    return Bank()


@pytest.fixture
def connect(bank, authority, clock):
    """Return a transport to a bank that wants a client certificate."""
    certificate, key = authority.issue("us")
    with served(bank, authority, client_certificates=True) as port:

        def make(environ=None, **changes):
            known = {
                "url": f"https://127.0.0.1:{port}/v1",
                "ca": str(authority.path),
                "certificate": str(certificate),
                "certificate_key": f"file:{key}",
                "timeout_seconds": 10,
            }
            return Https(HttpsSettings(**{**known, **changes}), clock, environ or {})

        yield make


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_file_is_sent_once_under_its_name(bank, connect, method):
    way = connect(method=method)
    assert not way.took("a b.ach")
    way.put("a b.ach", BytesIO(b"94 characters"))
    way.put("a b.ach", BytesIO(b"94 characters"))
    assert bank.files == {"a b.ach": b"94 characters"}
    assert way.took("a b.ach")
    keys = {headers["Idempotency-Key"] for asked, _, headers in bank.asked if asked == method}
    assert len(keys) == 1


def test_an_answer_that_is_lost_leaves_the_outcome_unknown_until_it_is_asked_after(bank, connect):
    way = connect()
    bank.drop_after_taking = True
    with pytest.raises(OSError, match="PUT https://127"):
        way.put("a.ach", BytesIO(b"x"))
    assert way.took("a.ach")


def test_another_content_under_a_name_that_is_taken_changes_nothing(bank, connect):
    way = connect()
    way.put("a.ach", BytesIO(b"x"))
    with pytest.raises(OSError, match="another file under this name"):
        way.put("a.ach", BytesIO(b"y"))
    with pytest.raises(OSError, match="another file under this name"):
        way.took("a.ach", hashlib.sha256(b"y").hexdigest())
    assert bank.files == {"a.ach": b"x"}


@pytest.mark.parametrize("bank_says", ["digest", "content", "nothing"])
def test_a_name_that_is_taken_is_ours_only_with_our_content(bank, connect, bank_says):
    """A bank that has the file and says 409 all the same: whose file it has is asked back."""
    bank.always_conflicts, bank.says = True, bank_says
    way = connect()
    if bank_says == "nothing":
        with pytest.raises(OSError, match="cannot be compared"):
            way.put("a.ach", BytesIO(b"x"))
    else:
        way.put("a.ach", BytesIO(b"x"))
        assert way.took("a.ach", hashlib.sha256(b"x").hexdigest())
    asked = [method for method, path, _ in bank.asked if path.endswith("/files/a.ach")]
    assert ("GET" in asked) == (bank_says != "digest")


def test_a_digest_that_is_none_leaves_the_outcome_unknown(bank, connect):
    bank.always_conflicts, bank.says = True, "nonsense"
    with pytest.raises(OSError, match="no digest"):
        connect().put("a.ach", BytesIO(b"x"))


@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_any_other_answer_is_an_unknown_outcome(bank, connect, status):
    bank.status = status
    way = connect()
    for call in (
        lambda: way.put("a.ach", BytesIO(b"x")),
        lambda: way.took("a.ach"),
        way.arrivals,
        lambda: way.done("a.ach"),
    ):
        with pytest.raises(OSError, match=f"the bank answers {status}"):
            call()


def test_arrivals_are_fetched_and_taken_off_the_list(bank, connect):
    bank.arrivals = {"b.xml": b"<b/>", "ä/.xml": b"<a/>"}
    way = connect()
    assert read(way.arrivals()) == [("b.xml", b"<b/>"), ("ä/.xml", b"<a/>")]
    way.done("b.xml")
    way.done("b.xml")
    assert list(bank.arrivals) == ["ä/.xml"]


def test_both_sides_show_certificates_that_the_other_trusts(connect, tmp_path):
    stranger = Authority(_made(tmp_path))
    certificate, key = stranger.issue("them")
    with pytest.raises(OSError, match="certificate verify failed"):
        connect(ca=str(stranger.path)).arrivals()
    with pytest.raises(OSError, match="https://127"):
        connect(certificate=str(certificate), certificate_key=f"file:{key}").arrivals()
    with pytest.raises(OSError, match="https://127"):
        connect(certificate=None, certificate_key=None).arrivals()


def _made(folder):
    made = folder / "stranger"
    made.mkdir()
    return made


RSA = rsa.generate_private_key(65537, 2048)
P256 = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
KEYS = {
    "hmac-sha256": (b"a shared secret", hmac_check(b"a shared secret")),
    "rsa-v1_5-sha256": (private_pem(RSA), rsa_check(RSA.public_key())),
    "ecdsa-p256-sha256": (private_pem(P256), ecdsa_check(P256.public_key())),
    "ed25519": (private_pem(ED), ed25519_check(ED.public_key())),
}


@pytest.mark.parametrize("algorithm", KEYS)
def test_requests_are_signed_by_the_standard(bank, authority, clock, algorithm):
    key, bank.verify = KEYS[algorithm]
    with served(bank, authority, client_certificates=False) as port:
        settings = HttpsSettings(
            url=f"https://127.0.0.1:{port}/v1", ca=str(authority.path), algorithm=algorithm,
            key_id="us", signing_key="env:BANK_KEY",
        )  # fmt: skip
        way = Https(settings, clock, {"BANK_KEY": key.decode()})
        way.put("a.ach", BytesIO(b"x"))
        assert way.took("a.ach")
        assert way.arrivals() == []
    assert bank.files == {"a.ach": b"x"}
    said = bank.asked[0][2]["Signature-Input"]
    assert f'created={int(NOON.timestamp())};keyid="us"' in said


def test_a_wrong_secret_is_refused_by_the_bank(bank, authority, clock):
    bank.verify = hmac_check(b"another secret")
    with served(bank, authority, client_certificates=False) as port:
        settings = HttpsSettings(
            url=f"https://127.0.0.1:{port}/v1", ca=str(authority.path), algorithm="hmac-sha256",
            key_id="us", signing_key="env:BANK_KEY",
        )  # fmt: skip
        with pytest.raises(OSError, match="the bank answers 401"):
            Https(settings, clock, {"BANK_KEY": "a secret"}).put("a.ach", BytesIO(b"x"))
    assert bank.files == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"algorithm": "ed25519", "signing_key": "env:KEY", "key_id": "us"},
            "no private key in PEM",
        ),
        ({"algorithm": "hmac-sha256", "signing_key": "env:NONE", "key_id": "us"}, "NONE"),
        ({"ca": "/nowhere/ca.pem"}, "cannot be used"),
        ({"certificate": "/nowhere/us.pem"}, "cannot be used"),
    ],
)
def test_keys_that_cannot_be_used_are_told_at_the_start(connect, changes, words):
    with pytest.raises(ConfigError, match=words):
        connect({"KEY": "hunter2"}, **changes)
