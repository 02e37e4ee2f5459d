"""What a transmittal and its batches must look like. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from corelab.charter.model import Charter
from corelab.ingest.budgets import BUDGETS, Budgets
from corelab.ingest.errors import (
    BatchRefused,
    CourierRefused,
    OverBudget,
    SameContentTwice,
    SubjectMalformed,
    SubjectOfOtherSite,
    SubjectUnknown,
)
from corelab.ingest.model import Courier, File, Transmittal
from corelab.ingest.ports import Subject
from corelab.kernel.actors import Role
from corelab.kernel.ids import SiteId, SubjectId

NUMBERS_SHOWN = 20  # enough to find the rest by
REFERENCE_DIGITS = 4
MOST_MEDIA = 999
_REFERENCE = re.compile(r"(?!.*[A-Z]{9})[A-Z0-9][A-Z0-9/-]{3,39}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One promised file, and what the bucket says of it.

    Attributes
    ----------
    found_bytes : int or None
        Size of what lies there; None where nothing does.
    """

    file: File
    found_bytes: int | None

    @property
    def is_missing(self) -> bool:
        """Nothing arrived."""
        return self.found_bytes is None

    @property
    def is_wrong(self) -> bool:
        """Something of another size arrived."""
        return self.found_bytes is not None and self.found_bytes != self.file.size_bytes

    @property
    def has_arrived(self) -> bool:
        """What lies there has the promised size; the upload's signature bound its hash."""
        return self.found_bytes == self.file.size_bytes


def check_subject(charter: Charter, *, site: SiteId, subject: SubjectId, registered: Subject | None) -> None:
    """Whether a transmittal may be opened for this subject at this site.

    Raises
    ------
    SubjectMalformed, SubjectOfOtherSite, SubjectUnknown
        It may not.
    """
    named = charter.subjects.site_of(subject)
    if named is None:
        raise SubjectMalformed("Check the subject id: it does not look as the charter says.")
    if named != site:
        raise SubjectOfOtherSite(f"Subject {subject} belongs to another site.", site=site)
    if registered is None or registered.site != site:
        raise SubjectUnknown(f"Register subject {subject} at site {site} first.", site=site)


def check_courier(courier: Courier | None, *, by: Role | None) -> None:
    """Whether a transmittal says rightly how its media came: imported ones do, others do not.

    A reference is a consignment's number as couriers write it. It is no place for a name: at least four of
    its characters are digits and no more than eight letters follow each other.

    Raises
    ------
    CourierRefused
        It does not.
    """
    if (courier is not None) != (by is Role.CORE_IMPORT):
        raise CourierRefused(
            "Name the courier's consignment: you import media."
            if courier is None
            else "Leave the courier out: only the core lab's import names one."
        )
    if courier is None:
        return
    digits = sum(mark.isdigit() for mark in courier.reference)
    if _REFERENCE.fullmatch(courier.reference) is None or digits < REFERENCE_DIGITS:
        raise CourierRefused(
            "Write the consignment's number alone, such as DHL-00340434161094021501: capital letters, "
            "digits, - and /; no names."
        )
    if not 0 < courier.media <= MOST_MEDIA:
        raise CourierRefused(f"Count the media: 1 to {MOST_MEDIA}.", largest=MOST_MEDIA)


def check_batch(
    state: Transmittal,
    *,
    batch: int,
    files: tuple[File, ...],
    earlier: Iterable[File],
    budgets: Budgets = BUDGETS,
) -> None:
    """Whether a new batch continues the transmittal.

    Parameters
    ----------
    earlier : iterable of File
        Files of the batches before it.

    Raises
    ------
    BatchRefused
        Numbers, sizes or hashes are not as they must be.
    OverBudget
        Too many files or bytes.
    SameContentTwice
        Two files have the same bytes.
    """
    _check_numbers(state, batch=batch, files=files)
    _check_sizes(state, files=files, budgets=budgets)
    _check_contents((*earlier, *files))


def _check_numbers(state: Transmittal, *, batch: int, files: tuple[File, ...]) -> None:
    following = len(state.batches) + 1
    if batch != following:
        raise BatchRefused(f"Register batch {following} next.", batch=batch, expected=following)
    first = state.files + 1
    if [file.n for file in files] != list(range(first, first + len(files))):
        raise BatchRefused(
            f"Number the files of batch {batch} from {first}, without gaps, each once, in order.", first=first
        )


def _check_sizes(state: Transmittal, *, files: tuple[File, ...], budgets: Budgets) -> None:
    if not 0 < len(files) <= budgets.batch_files:
        raise BatchRefused(
            f"Register 1 to {budgets.batch_files} files in a batch.", largest=budgets.batch_files
        )
    for file in files:
        if not 0 < file.size_bytes <= budgets.object_bytes:
            raise OverBudget(
                f"File {file.n}: a file holds 1 to {budgets.object_bytes} bytes.",
                n=file.n,
                largest=budgets.object_bytes,
            )
        if _SHA256.fullmatch(file.sha256) is None:
            raise BatchRefused(f"File {file.n}: write its SHA-256 as 64 lowercase hex digits.", n=file.n)
    if state.files + len(files) > budgets.files:
        raise OverBudget(f"A transmittal takes {budgets.files} files; open another.", largest=budgets.files)
    total = state.size_bytes + sum(file.size_bytes for file in files)
    if total > budgets.transmittal_bytes:
        raise OverBudget(
            f"A transmittal takes {budgets.transmittal_bytes} bytes; open another.",
            largest=budgets.transmittal_bytes,
        )


def _check_contents(files: tuple[File, ...]) -> None:
    by_content: defaultdict[str, list[int]] = defaultdict(list)
    for file in files:
        by_content[file.sha256].append(file.n)
    same = ["=".join(map(str, numbers)) for numbers in by_content.values() if len(numbers) > 1]
    if same:
        shown = ", ".join(same[:NUMBERS_SHOWN])
        raise SameContentTwice(f"Send each file once; these have the same bytes: {shown}.", files=shown)


def arrivals(files: Iterable[File], found: Mapping[int, int]) -> tuple[Arrival, ...]:
    """Each promised file beside what lies in the bucket.

    Parameters
    ----------
    found : mapping
        File number to size in bytes.
    """
    return tuple(Arrival(file=file, found_bytes=found.get(file.n)) for file in files)
