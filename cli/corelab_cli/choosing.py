"""Which files below the named places are sent, and which are not, each with its reason.

A file is left out only where it certainly holds no image: what a medium carries beside its images (viewers,
their settings and pages), what is empty, what is only a link. Everything else is the server's to judge. What
says that it is DICOM is sent whatever it is called.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corelab_cli.errors import CannotRun
from corelab_cli.folder import SHOWN

PREAMBLE_BYTES = 128
DICM = b"DICM"
HIDDEN = "is hidden"
EMPTY = "is empty; copy it again from its source if it should hold an image"
LINK = "is a link; name the file or folder that it points to"
SPECIAL = "is no file"
VIEWER = "belongs to a viewer or the medium, and is no image"
VIEWER_ENDINGS = frozenset(
    {
        *(".exe", ".dll", ".msi", ".bat", ".cmd", ".com", ".ocx", ".sys", ".app", ".jar", ".class", ".so"),
        *(".inf", ".ini", ".cfg", ".reg", ".lnk", ".url", ".chm", ".hlp", ".manifest", ".config"),
        *(".html", ".htm", ".js", ".css", ".ico", ".ttf", ".woff"),
    }
)
VIEWER_BEGINNINGS = (b"MZ", b"\x7fELF", b"<!doctype", b"<html", b"#!")
VIEWER_NAMES = frozenset({"thumbs.db", "desktop.ini", "autorun.inf"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that is not sent."""

    path: Path
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is sent, in order of path, and what is not."""

    files: tuple[Path, ...]
    left_out: tuple[LeftOut, ...]


def choose(places: Sequence[Path]) -> Choice:
    """Every file that is named or lies below a named folder, sorted into sent and left out.

    Raises
    ------
    CannotRun
        Nothing is left to send, or a file cannot be read.
    """
    found = dict(sorted(item for place in places for item in _below(place)))
    files = tuple(path for path, why in found.items() if why is None)
    left_out = tuple(LeftOut(path=path, why=why) for path, why in found.items() if why is not None)
    if not files:
        said = "".join(f"\n  {item.path} {item.why}" for item in left_out[:SHOWN])
        named = ", ".join(map(str, places))
        raise CannotRun(f"{named} holds no files to send. Name the folder that holds the images.{said}")
    return Choice(files=files, left_out=left_out)


def _below(place: Path) -> Iterator[tuple[Path, str | None]]:
    """Files at or below a place, each with the reason why it is left out, if it is."""
    if not place.is_dir():
        yield place, _why_not(place)
        return
    for parent, folders, names in os.walk(place, onerror=_unreadable):
        here = Path(parent)
        for name in folders:
            if (here / name).is_symlink():
                yield here / name, LINK
        folders[:] = [name for name in folders if not name.startswith(".")]  # os.walk goes on with these
        for name in names:
            path = here / name
            yield path, HIDDEN if name.startswith(".") else LINK if path.is_symlink() else _why_not(path)


def _why_not(path: Path) -> str | None:
    if not path.is_file():
        return SPECIAL
    if path.stat().st_size == 0:
        return EMPTY
    try:
        with path.open("rb") as file:
            head = file.read(PREAMBLE_BYTES + len(DICM))
    except OSError as error:
        raise CannotRun(
            f"{path} cannot be read. Take it away or mend it, then run the same command."
        ) from error
    return VIEWER if _is_of_viewer(path, head) else None


def _is_of_viewer(path: Path, head: bytes) -> bool:
    if head[PREAMBLE_BYTES:] == DICM:
        return False
    is_named_so = path.suffix.lower() in VIEWER_ENDINGS or path.name.lower() in VIEWER_NAMES
    return is_named_so or head.lstrip().lower().startswith(tuple(mark.lower() for mark in VIEWER_BEGINNINGS))


def _unreadable(error: OSError) -> None:
    raise CannotRun(f"{error.filename} cannot be read: {error.strerror}.") from error
