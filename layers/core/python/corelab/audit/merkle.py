"""RFC 6962 Merkle trees: hashes, the compact range that grows, roots and proofs.

A compact range of n leaves is the roots of the perfect subtrees that n's binary digits name, largest first.
It is all that is needed to append: log2(n) hashes, whatever the log's size.
"""

import hashlib
from collections.abc import Sequence

from corelab.audit.errors import BadProof

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()  # RFC 6962 s. 2.1: MTH({}) = SHA-256()

Range = tuple[bytes, ...]


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of a leaf: SHA-256(0x00 || leaf). Source: RFC 6962 s. 2.1."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of a node: SHA-256(0x01 || left || right). Source: RFC 6962 s. 2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def extended(compact: Range, size: int, *, leaf_hashes: Sequence[bytes]) -> Range:
    """Compact range of `size` leaves after more leaves.

    Parameters
    ----------
    size : int
        Leaves that `compact` covers.
    leaf_hashes : sequence of bytes
        32 bytes each, in order.

    Raises
    ------
    ValueError
        The range is not one of `size` leaves.
    """
    if len(compact) != size.bit_count():
        raise ValueError("a compact range holds one hash per binary one of its size")
    nodes = list(compact)
    for count, leaf in enumerate(leaf_hashes, start=size):
        node, merging = leaf, count
        while merging & 1:
            node, merging = node_hash(nodes.pop(), node), merging >> 1
        nodes.append(node)
    return tuple(nodes)


def root_of(compact: Range) -> bytes:
    """Root of the tree that a compact range stands for."""
    if not compact:
        return EMPTY_ROOT
    *rest, root = compact
    for node in reversed(rest):
        root = node_hash(node, root)
    return root


def root_hash(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root of the tree over these leaves. Source: RFC 6962 s. 2.1."""
    return root_of(extended((), 0, leaf_hashes=leaf_hashes))


def inclusion_proof(leaf_hashes: Sequence[bytes], *, index: int) -> tuple[bytes, ...]:
    """Audit path of one leaf, from the leaf upwards. Source: RFC 6962 s. 2.1.1."""
    if not 0 <= index < len(leaf_hashes):
        raise ValueError("the leaf is not in the tree")
    if len(leaf_hashes) == 1:
        return ()
    split = _split(len(leaf_hashes))
    left, right = leaf_hashes[:split], leaf_hashes[split:]
    if index < split:
        return (*inclusion_proof(left, index=index), root_hash(right))
    return (*inclusion_proof(right, index=index - split), root_hash(left))


def consistency_proof(leaf_hashes: Sequence[bytes], *, earlier: int) -> tuple[bytes, ...]:
    """Proof that the tree of the first `earlier` leaves is a prefix. Source: RFC 6962 s. 2.1.2."""
    if not 0 < earlier <= len(leaf_hashes):
        raise ValueError("the earlier tree is not empty and no larger than the later one")
    return _subproof(leaf_hashes, earlier=earlier, is_whole=True)


def check_inclusion(proof: Sequence[bytes], *, leaf: bytes, index: int, size: int, root: bytes) -> None:
    """Check that the leaf hash stands at `index` of the tree of `size` leaves with this root.

    Raises
    ------
    BadProof
        It does not.

    Source: RFC 9162 s. 2.1.3.2 (the algorithm that RFC 6962 leaves out).
    """
    if not 0 <= index < size:
        raise BadProof("The leaf is not in the tree.", index=index, size=size)
    node, first, last = leaf, index, size - 1
    for step in proof:
        if last == 0:
            raise BadProof("The proof is too long.", index=index, size=size)
        if first & 1 or first == last:
            node = node_hash(step, node)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = node_hash(node, step)
        first, last = first >> 1, last >> 1
    if last or node != root:
        raise BadProof("The proof does not lead to the root.", index=index, size=size)


def check_consistency(
    proof: Sequence[bytes], *, earlier: int, later: int, earlier_root: bytes, later_root: bytes
) -> None:
    """Check that the earlier tree is a prefix of the later one.

    Raises
    ------
    BadProof
        It is not.

    Source: RFC 9162 s. 2.1.4.2.
    """
    facts = {"earlier": earlier, "later": later}
    if not 0 < earlier <= later:
        raise BadProof("An earlier tree is not empty and no larger.", **facts)
    if earlier == later and not proof and earlier_root == later_root:
        return
    steps = [earlier_root, *proof] if earlier.bit_count() == 1 else list(proof)
    if earlier == later or not steps:
        raise BadProof("The proof does not fit the sizes.", **facts)
    first, last = earlier - 1, later - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise BadProof("The proof is too long.", **facts)
        if first & 1 or first == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, step)
        first, last = first >> 1, last >> 1
    if last or old != earlier_root or new != later_root:
        raise BadProof("The proof does not lead to both roots.", **facts)


def _subproof(leaf_hashes: Sequence[bytes], *, earlier: int, is_whole: bool) -> tuple[bytes, ...]:
    if earlier == len(leaf_hashes):
        return () if is_whole else (root_hash(leaf_hashes),)
    split = _split(len(leaf_hashes))
    left, right = leaf_hashes[:split], leaf_hashes[split:]
    if earlier <= split:
        return (*_subproof(left, earlier=earlier, is_whole=is_whole), root_hash(right))
    return (*_subproof(right, earlier=earlier - split, is_whole=False), root_hash(left))


def _split(size: int) -> int:
    """Largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
