"""Chance comes in the size asked for, and a seed tells the same story twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.entropy import SeededEntropy, SystemEntropy


def story(entropy):
    return [entropy.bits(72), entropy.bytes(16), entropy.per_mille(), entropy.bits(3)]


@pytest.mark.parametrize("entropy", [SystemEntropy(), SeededEntropy(1)])
@pytest.mark.parametrize("count", [1, 7, 8, 9, 64, 72, 83])
def test_bits_fill_their_range_and_stay_in_it(entropy, count):
    drawn = [entropy.bits(count) for _ in range(400)]
    assert min(drawn) >= 0
    assert max(drawn).bit_length() == count  # missed once in 2**400


@pytest.mark.parametrize("entropy", [SystemEntropy(), SeededEntropy(1)])
def test_bytes_and_per_mille(entropy):
    assert len(entropy.bytes(33)) == 33
    drawn = {entropy.per_mille() for _ in range(5000)}
    assert drawn <= set(range(1000))
    assert len(drawn) > 900


@given(st.integers())
def test_a_seed_tells_the_same_story_twice(seed):
    assert story(SeededEntropy(seed)) == story(SeededEntropy(seed))


def test_two_seeds_tell_two_stories():
    assert story(SeededEntropy(1)) != story(SeededEntropy(2))
    assert story(SystemEntropy()) != story(SystemEntropy())
