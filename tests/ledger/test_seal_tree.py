"""Merkle trees: the shape of RFC 9162, two ways of working it out, and proofs."""

import random
from hashlib import sha256

import pytest

from bezant.ledger import seal_tree
from bezant.ledger.verify_digest import leaf, merkle_root


def defined(leaves):
    """The root as section 2.1.1 of RFC 9162 defines it."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + defined(leaves[:split]) + defined(leaves[split:])).digest()


def some(count):
    return [sha256(b"%d" % number).digest() for number in range(count)]


@pytest.mark.parametrize("count", range(1, 70))
def test_all_ways_lead_to_one_root(count):
    leaves = some(count)
    assert seal_tree.root(leaves) == merkle_root(leaves) == defined(leaves)


def test_no_leaves_have_the_digest_of_nothing():
    assert seal_tree.root([]) == merkle_root([]) == sha256(b"").digest()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 13, 64, 65])
def test_every_leaf_climbs_to_the_root_and_nothing_else_does(count):
    leaves = some(count)
    top = seal_tree.root(leaves)
    for at, one in enumerate(leaves):
        path = seal_tree.path(leaves, at)
        assert len(path) <= (count - 1).bit_length()
        assert seal_tree.climbed(one, at, count, path) == top
        for false in leaves[:at] + leaves[at + 1 :]:
            assert seal_tree.climbed(false, at, count, path) != top


def test_a_path_of_a_false_length_is_refused():
    leaves = some(9)
    path = seal_tree.path(leaves, 3)
    for false in (path[:-1], [*path, path[0]]):
        with pytest.raises(ValueError, match="path is too"):
            seal_tree.climbed(leaves[3], 3, 9, false)


def test_both_sides_hash_the_same_leaf():
    chance = random.Random(3)
    for _ in range(100):
        digest, at = chance.randbytes(32), chance.randint(-(2**62), 2**62)
        xid = chance.randrange(2**63)
        assert seal_tree.leaf(digest, at, xid) == leaf(digest, at, xid)
