"""Envelopes: what is sealed comes back, and nothing that was changed or moved does."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.errors import ConfigError
from bezant.kernel.secret import Secret
from bezant.vault.envelope import Tampered, rewrap, seal, unseal
from bezant.vault.keyring import Keyring

KEYS = {"k1": Secret("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="),
        "k2": Secret("QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=")}  # fmt: skip
FINGERPRINT = Secret("Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M=")
OLD = Keyring("k1", FINGERPRINT, {"k1": KEYS["k1"]})
BOTH = Keyring("k2", FINGERPRINT, KEYS)
NEW = Keyring("k2", FINGERPRINT, {"k2": KEYS["k2"]})
NUMBER = "4242424242424242"


def sealed(ring=OLD, record="vcard_1", number=NUMBER, seed=1):
    return seal(ring, record, number, SeededEntropy(seed))


@given(number=st.from_regex(r"[0-9]{1,19}", fullmatch=True), seed=st.integers(0, 99))
def test_what_is_sealed_comes_back_and_its_length_is_not_seen(number, seed):
    envelope = sealed(number=number, seed=seed)
    assert unseal(OLD, "vcard_1", envelope) == number
    assert len(envelope.sealed) == len(sealed().sealed)
    assert number.encode() not in envelope.sealed or len(number) < 3


def test_a_new_master_key_opens_what_was_rewrapped_and_the_old_one_does_not():
    before = sealed()
    after = rewrap(BOTH, "vcard_1", before, SeededEntropy(2))
    assert after.sealed == before.sealed
    assert unseal(NEW, "vcard_1", after) == NUMBER
    with pytest.raises(ConfigError, match="k1 is missing from the key file"):
        unseal(NEW, "vcard_1", before)
    with pytest.raises(Tampered):
        unseal(BOTH, "vcard_1", replace(after, key="k1"))


def test_no_bit_can_be_changed_and_no_envelope_be_moved():
    envelope = sealed()
    for field, at in product(("wrapped", "sealed"), range(40)):
        raw = bytearray(getattr(envelope, field))
        raw[at % len(raw)] ^= 1
        with pytest.raises(Tampered):
            unseal(OLD, "vcard_1", replace(envelope, **{field: bytes(raw)}))
    with pytest.raises(Tampered, match="vcard_2"):
        unseal(OLD, "vcard_2", envelope)
    with pytest.raises(Tampered):
        unseal(OLD, "vcard_1", replace(envelope, sealed=b""))


def test_fingerprints_are_an_owners_own():
    prints = {OLD.fingerprint(owner, number) for owner in "ab" for number in (NUMBER, "4000")}
    assert len(prints) == 4
    assert OLD.fingerprint("a", NUMBER) == NEW.fingerprint("a", NUMBER)
    assert all(len(one) == 16 for one in prints)


@pytest.mark.parametrize(
    ("primary", "keys", "complaint"),
    [
        ("k3", KEYS, "k3 is not among"),
        ("K", {"K": KEYS["k1"]}, "is named by"),
        ("k1", {"k1": Secret("not base64")}, "is not base64"),
        ("k1", {"k1": Secret("QUFB")}, "3 bytes instead of 32"),
    ],
)
def test_bad_keys_are_refused_without_being_shown(primary, keys, complaint):
    with pytest.raises(ConfigError, match=complaint) as refused:
        Keyring(primary, FINGERPRINT, keys)
    assert "QUFB" not in str(refused.value)
