"""How much of everything a transmittal may hold.

Screening runs in a function of 2 GB. An object in flight costs up to twice its size while it is read and
joined; 512 MiB in flight are therefore at most 1 GiB, next to some 100 MB of interpreter and 5 kB of header
facts per object (100 MB for the largest transmittal).
"""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Limits of one transmittal.

    Attributes
    ----------
    batch_files : int
        A batch's answer holds a URL of some 2 kB per file, below the 6 MB of a function's answer.
    series : int
        Children of one inline Map, within its execution's history.
    series_bytes : int
        A series is packed in one function's 10 GB of scratch space, with its pack beside it.
    in_flight_bytes, readers : int
        What screening holds at once.
    """

    batch_files: int = 500
    files: int = 20_000
    object_bytes: int = 256 * MIB
    transmittal_bytes: int = 64 * 1024 * MIB
    series: int = 500
    series_bytes: int = 4 * 1024 * MIB
    in_flight_bytes: int = 512 * MIB
    readers: int = 16


BUDGETS = Budgets()
