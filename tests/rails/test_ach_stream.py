"""Reading a NACHA file as a stream: the same facts, whatever the pieces, and no memory of them."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.kernel.errors import FileRefused
from bezant.rails.ach import ACH
from tests.rails.ach_samples import RETURN_FILE, instruction, many_instructions, packed

FILE = packed(instruction(1), instruction(2, amount=250), instruction(3, holder="company"))
WRITTEN = {
    "lines": FILE,
    "carriage returns": FILE.replace(b"\n", b"\r\n"),
    "one unbroken line": FILE.replace(b"\n", b""),
    "short lines": b"".join(line.rstrip() + b"\r\n" for line in FILE.splitlines()),
    "returns": RETURN_FILE.encode(),
}


class Drip:
    """A source that gives as many bytes at a time as it likes."""

    def __init__(self, data, sizes):
        self._data = io.BytesIO(data)
        self._sizes = iter(sizes)

    def read(self, size, /):
        return self._data.read(min(size, next(self._sizes, 94)))


@pytest.mark.parametrize("name", WRITTEN)
@settings(max_examples=20)
@given(sizes=st.lists(st.integers(95, 400), max_size=20))
def test_a_stream_says_what_the_whole_file_says(name, sizes):
    whole = ACH.read(WRITTEN[name])
    stream = ACH.read_stream(Drip(WRITTEN[name], sizes))
    assert tuple(stream) == whole.facts
    assert (stream.totals, stream.warnings) == (whole.totals, whole.warnings)


def test_a_stream_of_a_wrong_file_ends_in_its_refusal():
    stream = iter(ACH.read_stream(io.BytesIO(FILE.replace(b"0000000250", b"0000000251"))))
    given_out = []
    with pytest.raises(FileRefused, match="credits is"):
        given_out.extend(iter(lambda: next(stream), None))
    assert len(given_out) < 3


def test_a_line_without_end_is_refused_before_it_is_read():
    endless = iter(lambda: b"101\n" + b"6" * 60_000, b"")

    class Endless:
        def read(self, _size, /):
            return next(endless)

    with pytest.raises(FileRefused, match="a line of more than"):
        list(ACH.read_stream(Endless()))


def test_what_is_kept_of_a_file_does_not_grow_with_it():
    kept = []
    for count in (500, 2_000):
        stream = ACH.read_stream(io.BytesIO(packed(*many_instructions(count))))
        assert sum(1 for _ in stream) == count
        reader = stream._reader
        kept.append((len(reader.traces._ascending), len(reader.traces._others)))
        assert reader.traces._ascending.itemsize == 8
        assert reader.batch is None
    assert kept == [(500, 0), (2_000, 0)]
