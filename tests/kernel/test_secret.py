"""A secret shows itself only to who asks for it."""

import copy
import pickle

import msgspec
import pytest

from bezant.kernel.secret import Secret

TEXT = "sk_test_very_secret"


def test_no_way_of_printing_it_shows_it():
    secret = Secret(TEXT)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret}", repr([secret])]
    assert not any("very" in text for text in shown)
    with pytest.raises(TypeError):
        msgspec.json.encode({"key": secret})


def test_it_is_revealed_on_request():
    assert Secret(TEXT).reveal() == TEXT


def test_secrets_are_equal_if_their_texts_are():
    assert Secret("ü") == Secret("ü")
    assert hash(Secret("ü")) == hash(Secret("ü"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"


def test_an_empty_secret_is_falsy():
    assert not Secret("")
    assert Secret("a")


def test_a_copy_for_another_process_holds_the_same():
    secret = Secret(TEXT)
    assert pickle.loads(pickle.dumps(secret)) == copy.deepcopy(secret) == secret
