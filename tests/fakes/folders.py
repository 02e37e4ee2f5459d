"""Folders of images as a site has them."""

import zipfile
from pathlib import Path

from tests.fakes.brain_series import SLICES, Patient, brain_slice
from tests.fakes.images import ct, mr

CHARTER = Path("charters/demo.yaml")
FIRST = {0x00100010: ("PN", b"Obermayer^Josefine"), 0x00100020: ("LO", b"PID-4410982")}
SECOND = {
    0x00100010: ("PN", b"Quandt^Ewald"),
    0x00100020: ("LO", b"PID-5523901"),
    0x0020000E: ("UI", b"1.2.3.4.9"),
}
SCREEN = SECOND | {0x00080016: ("UI", b"1.2.840.10008.5.1.4.1.1.7"), 0x0020000E: ("UI", b"1.2.3.4.10")}


def write_folder(folder: Path) -> Path:
    """Two persons' series: files in folders, and a ZIP with more of one and a letter; a note beside them."""
    below = folder / "study" / "ct"
    below.mkdir(parents=True)
    for number in (1, 2):
        (below / f"{number}.dcm").write_bytes(ct(FIRST, number=number))
    (folder / "note.txt").write_text("nothing")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("a/3.dcm", mr(SECOND, number=3))
        archive.writestr("letter.pdf", b"%PDF-1.4 a letter")
    return folder


def write_captured(folder: Path) -> None:
    """An image that a person has to look at."""
    (folder / "capture.dcm").write_bytes(ct(SCREEN, number=7))


def write_brain(folder: Path, patient: str = "P-4471") -> Path:
    """The examination that the demo's charter asks for at baseline, whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, SLICES + 1):
        (folder / f"{number:02d}.dcm").write_bytes(brain_slice(Patient(id=patient), number))
    return folder
