"""The tree against the vectors of Certificate Transparency, the RFC's example, and another implementation."""

import pytest
from pymerkle import InmemoryTree

from corelab.audit import merkle
from corelab.audit.errors import BadProof

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size):
    hashes = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:size]]

    assert merkle.root_hash(hashes).hex() == ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing():
    assert merkle.root_hash([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_proofs_are_those_of_the_rfcs_example_of_seven_leaves():
    a, b, c, d, e, f, j = hashes = [merkle.leaf_hash(bytes([number])) for number in range(7)]
    g, h, i = merkle.node_hash(a, b), merkle.node_hash(c, d), merkle.node_hash(e, f)
    k = merkle.node_hash(g, h)
    right = merkle.node_hash(i, j)

    assert merkle.inclusion_proof(hashes, index=0) == (b, h, right)
    assert merkle.inclusion_proof(hashes, index=3) == (c, g, right)
    assert merkle.inclusion_proof(hashes, index=4) == (f, j, k)
    assert merkle.inclusion_proof(hashes, index=6) == (i, k)
    assert merkle.consistency_proof(hashes, earlier=3) == (c, d, g, right)
    assert merkle.consistency_proof(hashes, earlier=4) == (right,)
    assert merkle.consistency_proof(hashes, earlier=6) == (i, j, k)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13, 64, 98])
def test_roots_and_paths_are_those_of_pymerkle(size):
    leaves = [bytes([number, 7]) for number in range(size)]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    oracle = InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        oracle.append_entry(leaf)

    assert oracle.get_root(size) == merkle.root_hash(hashes)
    for index in range(size):
        path = [bytes.fromhex(step) for step in oracle.prove_inclusion(index + 1, size).serialize()["path"]]
        assert path == [hashes[index], *merkle.inclusion_proof(hashes, index=index)]


def test_a_range_of_another_size_is_refused():
    with pytest.raises(ValueError, match="binary one"):
        merkle.extended((), 1, leaf_hashes=[bytes(32)])


@pytest.mark.parametrize("index", [-1, 3])
def test_a_leaf_outside_the_tree_has_no_proof(index):
    with pytest.raises(ValueError, match="not in the tree"):
        merkle.inclusion_proof([bytes(32)] * 3, index=index)


@pytest.mark.parametrize("earlier", [0, 4])
def test_only_a_smaller_tree_can_be_a_prefix(earlier):
    with pytest.raises(ValueError, match="earlier tree"):
        merkle.consistency_proof([bytes(32)] * 3, earlier=earlier)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_inclusion_outside_the_tree_is_no_inclusion(index, size):
    with pytest.raises(BadProof):
        merkle.check_inclusion([], leaf=bytes(32), index=index, size=size, root=bytes(32))


@pytest.mark.parametrize(
    ("earlier", "later", "steps"), [(0, 3, 1), (4, 3, 1), (3, 3, 1), (3, 5, 0), (1, 2, 9), (2, 2, 1)]
)
def test_proofs_that_do_not_fit_the_sizes_prove_nothing(earlier, later, steps):
    with pytest.raises(BadProof):
        merkle.check_consistency(
            [bytes(32)] * steps,
            earlier=earlier,
            later=later,
            earlier_root=bytes(32),
            later_root=bytes(32),
        )


def test_two_roots_of_one_size_are_a_fork():
    with pytest.raises(BadProof):
        merkle.check_consistency([], earlier=3, later=3, earlier_root=bytes(32), later_root=b"1" * 32)
