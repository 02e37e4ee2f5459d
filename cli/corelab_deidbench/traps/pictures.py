"""Traps in pixels and in the streams that carry them."""

from corelab_deidbench.chance import Chance
from corelab_deidbench.kinds import KINDS, SIDE, jpeg, jpeg_2000, run_lengths, segment
from corelab_deidbench.model import Trap
from corelab_deidbench.tokens import Kind, Token, text
from corelab_deidbench.writing import JPEG, JPEG_2000, RLE, Elements, fragments
from corelab_deidbench.writing import text as latin

COMMENT, EXIF, ADOBE, COMMENT_2000 = 0xFE, 0xE1, 0xEE, 0x64
WRITTEN = 0xFF  # a pixel of a letter: the images' own are darker


def compressed(chance: Chance, index: int) -> Trap:
    """In segments and paddings of compressed frames."""
    name = chance.name()
    said = latin(f"{name} 12")
    noise = bytes(byte & 0x0F for byte in chance.noise(SIDE * SIDE))
    deep = noise + bytes(len(noise))
    ways: tuple[tuple[str, bytes], ...] = (
        (JPEG, fragments(jpeg(noise, segments=segment(COMMENT, said)))),
        (JPEG_2000, fragments(jpeg_2000(noise, segments=segment(COMMENT_2000, b"\0\1" + said)))),
        (JPEG, fragments(jpeg(noise, segments=segment(EXIF, b"Exif\0\0" + said)))),
        (RLE, fragments(run_lengths(deep) + said)),
        (JPEG, fragments(jpeg(noise) + said)),
        (JPEG_2000, fragments(jpeg_2000(noise) + said)),
        (JPEG, fragments(jpeg(noise), said)),
        (JPEG, fragments(jpeg(noise, segments=segment(ADOBE, said)))),
    )
    syntax, pixels = ways[index % len(ways)]
    kind = "MR" if syntax == RLE else "CT in JPEG"
    return Trap(tokens=(text(name),), pixels=pixels, syntax=syntax, kind=kind)


def burned_in(chance: Chance, index: int) -> Trap:
    """In pixels of an object that says so, or is of a kind that carries text."""
    kind = ("US", "SC", "CT", "CR", "US")[index % 5]
    flag: Elements = {0x00280301: ("CS", b"YES")} if kind == "CT" else {}
    return _burned(chance, kind=kind, elements=flag)


def burned_in_unsaid(chance: Chance, index: int) -> Trap:
    """In pixels of an object that says nothing of it."""
    return _burned(chance, kind=("CT", "MR")[index % 2], elements={})


def _burned(chance: Chance, *, kind: str, elements: Elements) -> Trap:
    """Strokes as letters have them: bright or dark, of rows that no other image has."""
    wide = KINDS[kind].bits // 8
    bits = chance.noise(SIDE // 2)
    row = b"".join(bytes(wide - 1) + bytes((WRITTEN if bit & 1 else 0,)) for bit in bits for _ in range(2))
    rows = [row, bytes(reversed(row)), bytes(byte & 0x0F for byte in chance.noise(len(row)))]
    band = b"".join(rows)
    pixels = (band * SIDE)[: SIDE * SIDE * wide]
    token = Token(kind=Kind.BYTES, value=band.hex())
    return Trap(tokens=(token,), elements=elements, kind=kind, pixels=pixels, has_text_in_pixels=True)
