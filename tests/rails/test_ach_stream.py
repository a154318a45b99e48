"""Reading a NACHA file as a stream: the same facts, whatever the pieces, and no memory of them."""

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.rails.ach import ACH
from tests.rails.ach_samples import (
    CREATED,
    ORIGINATOR,
    RETURN_FILE,
    instruction,
    instruction_lists,
    many_instructions,
    packed,
)

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


class Lazy:
    """Instructions that are made anew each time they are gone through."""

    def __init__(self, count):
        self._count = count

    def __iter__(self):
        return map(instruction, range(1, self._count + 1))


CHANGES = {"created_at": CREATED, "file_modifier": "A", "reference": "BZ000001"}


def peak(count):
    """What packing so many entries and reading them again take at most, in bytes."""
    tracemalloc.start()
    try:
        pieces = ACH.pack_stream(Lazy(count), ORIGINATOR, **CHANGES)
        assert max(map(len, pieces)) < 70_000
        packing = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        source = Pieces(ACH.pack_stream(Lazy(count), ORIGINATOR, **CHANGES))
        assert sum(1 for _ in ACH.read_stream(source)) == count
        return packing, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class Pieces(io.RawIOBase):
    """A source that gives what an iterator yields."""

    def __init__(self, pieces):
        self._pieces = pieces

    def read(self, _size=-1, /):
        return next(self._pieces, b"")


def test_the_memory_of_a_stream_does_not_grow_with_the_file():
    """Of an entry only its number is kept, in eight bytes for each way."""
    small, large = peak(2_000), peak(5_000)
    more = len(packed(*many_instructions(5_000))) - len(packed(*many_instructions(2_000)))
    for before, after in zip(small, large, strict=True):
        assert after - before < more / 3


@given(data=st.data())
@settings(max_examples=30)
def test_a_stream_packs_what_the_whole_packs_in_any_order(data):
    made = data.draw(instruction_lists())
    shuffled = data.draw(st.permutations(made))
    assert b"".join(ACH.pack_stream(shuffled, ORIGINATOR, **CHANGES)) == packed(*made)


def test_nothing_is_handed_out_of_a_file_that_is_refused():
    tight = structs.replace(ORIGINATOR, dialect={"max_lines": "10"})
    wrong = [(ORIGINATOR, [*many_instructions(3_000), instruction(1)]), (tight, Lazy(3_000))]
    for originator, instructions in wrong:
        with pytest.raises(FileRefused):
            next(ACH.pack_stream(instructions, originator, **CHANGES))
