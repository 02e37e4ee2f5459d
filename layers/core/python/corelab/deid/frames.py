"""How an image's frames lie in its uncompressed pixels (PS3.3 C.7.6.3, PS3.5 8.1.1)."""

from dataclasses import dataclass

BITS_OF_A_BYTE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """The frames of one image, all alike.

    Attributes
    ----------
    number : int
        How many, from 1.
    samples : int
        Of each pixel.
    bits : int
        Allocated for each sample.
    is_planar : bool
        Each sample has a plane of its own.
    photometric : str
        Photometric Interpretation (0028,0004).
    """

    number: int
    rows: int
    columns: int
    samples: int
    bits: int
    is_planar: bool
    photometric: str

    @property
    def frame_bytes(self) -> int | None:
        """Length of one frame; None where frames do not end at a byte."""
        bits = self.rows * self.columns * self.samples * self.bits
        return None if bits % BITS_OF_A_BYTE else bits // BITS_OF_A_BYTE

    def spans(self, length: int) -> tuple[tuple[int, int], ...]:
        """Offset and length of each frame in pixels of this length; one span of all where they do not say."""
        each = self.frame_bytes
        if each is None or self.number == 1 or each * self.number + (each * self.number & 1) != length:
            return ((0, length),)
        return tuple((place * each, each) for place in range(self.number))
