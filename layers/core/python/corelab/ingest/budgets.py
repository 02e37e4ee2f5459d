"""How much of everything a transmittal may hold.

Screening runs in a function of 10 GB. An object in flight costs up to twice its size while it is read and
joined; 512 MiB in flight are therefore at most 1 GiB. An object that is larger than that goes alone, with at
most 8 GiB; beside it are some 100 MB of interpreter and 5 kB of header facts per object (100 MB for the
largest transmittal).
"""

from dataclasses import dataclass

from corelab.ingest.containers.model import LIMITS, Limits

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Limits of one transmittal.

    Attributes
    ----------
    batch_files : int
        A batch's answer holds a URL of some 2 kB per file, below the 6 MB of a function's answer.
    dropped_bytes : int
        One object in the drop bucket: it is read whole, in a function of 1.5 GB, to learn its study.
    object_bytes : int
        A series that is one multi-frame object has some 3 GB.
    part_bytes, parts : int
        The smallest part of a large file (a part is sent again as a whole), and the most that S3 joins.
    in_parts_above_bytes : int
        A file above it is sent in parts: what is lost on the way is then a part.
    asked_parts : int
        Parts whose addresses are asked for at once: their answer stays far below 6 MB, and their addresses
        are used before they end.
    series : int
        Children of one inline Map: 12 events each of its execution's history, and a line each of what passes
        between its states (decision 0161).
    series_bytes : int
        A series is packed in one function's 10 GB of scratch space, with its pack beside it.
    in_flight_bytes, readers : int
        What screening holds at once.
    containers : Limits
        What is taken out of all containers together.
    """

    batch_files: int = 500
    files: int = 20_000
    object_bytes: int = 4 * 1024 * MIB
    dropped_bytes: int = 512 * MIB
    part_bytes: int = 16 * MIB
    parts: int = 10_000
    in_parts_above_bytes: int = 100_000_000
    asked_parts: int = 200
    transmittal_bytes: int = 64 * 1024 * MIB
    series: int = 400
    series_bytes: int = 4 * 1024 * MIB
    in_flight_bytes: int = 512 * MIB
    readers: int = 16
    containers: Limits = LIMITS


BUDGETS = Budgets()
