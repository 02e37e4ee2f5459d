"""A restart forgets every object's retention and legal hold: keep them on the disk.

ministack persists objects, versions and the bucket's default, but holds each
version's retention in memory only; after a restart a COMPLIANCE version could be
deleted. The two stores are replaced by ones that journal each change before it is
answered.
"""

from pathlib import Path
from typing import Any

from ministack.core import persistence
from ministack.core.responses import AccountScopedDict
from ministack.services import s3

from local.aws.journal import Journal

from .patch import MendDoesNotFit

STORES = ("_object_retention", "_object_legal_hold")


class DurableDict(AccountScopedDict):  # type: ignore[misc] # ministack has no types
    """ministack's dictionary by account, with every change in a journal.

    Parameters
    ----------
    folder : Path
        Where the journal lies.
    """

    __slots__ = ("_journal",)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._journal = Journal(folder)
        for account, key, value in self._journal.replay(0):
            scoped = (account, tuple(key))
            if value is None:
                self._data.pop(scoped, None)
            else:
                self._data[scoped] = value

    def _note(self, key: tuple[Any, ...], value: object) -> None:
        account, _ = self._scoped(key)
        self._journal.settle(self._journal.append([account, key, value]))

    def __setitem__(self, key: tuple[Any, ...], value: object) -> None:
        self._note(key, value)
        super().__setitem__(key, value)

    def __delitem__(self, key: tuple[Any, ...]) -> None:
        self._note(key, None)
        super().__delitem__(key)

    def pop(self, key: tuple[Any, ...], *default: object) -> object:
        """Remove a key, as a dictionary does; a key that is not there writes nothing."""
        if key in self:
            self._note(key, None)
        return super().pop(key, *default)


def apply() -> None:
    """Replace the two stores, with what their journals remember."""
    for name in STORES:
        if type(getattr(s3, name)) is not AccountScopedDict:
            raise MendDoesNotFit(f"s3.{name} is {type(getattr(s3, name)).__name__}")
        setattr(s3, name, DurableDict(Path(persistence.STATE_DIR).parent / "journal" / name.strip("_")))
