"""A bank that is away is asked at a pace, and left alone while it is down."""

from io import BytesIO
from pathlib import Path

import pytest

from bezant.banks.paced import Paced
from bezant.movement.transport import Arrival


class Watch:
    """A clock that is put forward by hand."""

    time = 100.0

    def monotonic(self):
        return self.time


class Bank:
    """A bank that counts how often it is asked, and can be down."""

    def __init__(self):
        self.asked = []
        self.waiting = []
        self.down = False

    def _note(self, what):
        self.asked.append(what)
        if self.down:
            raise OSError("no route to the bank")

    def put(self, name, source):
        self._note("put")

    def took(self, name, sha256=""):
        self._note("took")
        return True

    def arrivals(self):
        self._note("arrivals")
        return self.waiting

    def done(self, name):
        self._note("done")


def test_arrivals_are_asked_for_now_and_then_and_again_at_once_when_there_were_some():
    bank, watch = Bank(), Watch()
    way = Paced(bank, watch, 60)
    bank.waiting = [Arrival("a", Path("a"))]
    assert way.arrivals() == bank.waiting
    way.done("a")
    bank.waiting = []
    assert [way.arrivals() for _ in range(5)] == [[]] * 5
    assert bank.asked == ["arrivals", "done", "arrivals"]
    watch.time += 61
    way.arrivals()
    assert bank.asked[3:] == ["arrivals"]


def test_a_bank_that_is_down_is_left_alone_for_a_while():
    bank, watch = Bank(), Watch()
    way = Paced(bank, watch, 60)
    bank.down = True
    with pytest.raises(OSError, match="no route"):
        way.put("a", BytesIO(b""))
    for call in (lambda: way.put("a", BytesIO(b"")), lambda: way.took("a"), lambda: way.done("a")):
        with pytest.raises(OSError, match="a moment ago"):
            call()
    assert way.arrivals() == []
    assert bank.asked == ["put"]
    bank.down = False
    watch.time += 61
    assert way.took("a")
    way.put("b", BytesIO(b""))
    assert bank.asked == ["put", "took", "put"]
