"""A de-identified pack, fetched as a site may fetch it: by the series' short-lived URLs."""

import hashlib
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset

from local.story.scene import Scene
from local.story.teller import NotAsTold, expect


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One image: its bytes, its header, its place in the series."""

    number: int
    data: bytes
    header: Dataset

    @property
    def pixel_sha256(self) -> str:
        """Digest of the pixels alone."""
        return hashlib.sha256(self.header.PixelData).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The images of one version of a series, by number, and the certificate of what was done to them."""

    slices: tuple[Slice, ...]
    certificate: Any
    size_bytes: int


def fetched(scene: Scene, series: Any, *, version: int) -> Pack:  # noqa: ANN401 -- JSON
    """The pack, its bytes held against the digest that the API names.

    Raises
    ------
    NotAsTold
        There is none, or it has other bytes.
    """
    shown = next(item for item in series["versions"] if item["version"] == version)
    if shown["pack"] is None or shown["certificate"] is None:
        raise NotAsTold(f"pack of version {version}", expected="there", seen=shown["state"])
    with scene.actor("inspector").client() as client:
        tar = client.http.get(shown["pack"]["url"]).content
        certificate = client.http.get(shown["certificate"]["url"]).json()
    expect("the pack's SHA-256", expected=shown["pack"]["sha256"], seen=hashlib.sha256(tar).hexdigest())
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        parts = [file.read() for member in archive if (file := archive.extractfile(member)) is not None]
    return Pack(slices=_in_order(parts), certificate=certificate, size_bytes=len(tar))


def originals(folder: Path) -> tuple[Slice, ...]:
    """The files of a folder as the hospital exported them, by number."""
    return _in_order([path.read_bytes() for path in sorted(folder.iterdir())])


def expect_same_pixels(before: tuple[Slice, ...], after: tuple[Slice, ...]) -> None:
    """De-identification touches headers, never a pixel of these images."""
    expect(
        "pixels of every slice, by SHA-256",
        expected=[(one.number, one.pixel_sha256) for one in before],
        seen=[(one.number, one.pixel_sha256) for one in after],
    )


def _in_order(parts: list[bytes]) -> tuple[Slice, ...]:
    read = [(data, pydicom.dcmread(io.BytesIO(data))) for data in parts]
    slices = (Slice(number=int(header.InstanceNumber), data=data, header=header) for data, header in read)
    return tuple(sorted(slices, key=lambda one: one.number))
