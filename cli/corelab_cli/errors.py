"""What stops a command, and with which exit code.

0 done · 1 our bug · 2 cannot run · 3 ran, and something is held, blocking or unverified.
"""

from collections.abc import Mapping

DONE, BUG, CANNOT_RUN, HELD = 0, 1, 2, 3


class CannotRun(Exception):
    """The command cannot do what was asked; the message says what to do next."""

    exit_code = CANNOT_RUN

    def document(self) -> dict[str, object]:
        """The error as a program reads it."""
        return {"detail": str(self)}


class Refused(CannotRun):
    """The API refused, with problem JSON (RFC 9457).

    Attributes
    ----------
    code : str
        The stable code.
    status : int
        HTTP's.
    problem : mapping
        The whole answer.
    """

    def __init__(self, problem: Mapping[str, object]) -> None:
        self.problem = dict(problem)
        self.code = str(problem.get("code", ""))
        self.status = int(str(problem.get("status", 0)))
        super().__init__(self._text())

    def document(self) -> dict[str, object]:
        """The API's own answer."""
        return self.problem

    def _text(self) -> str:
        first = str(self.problem.get("detail") or "The API refused.")
        places = self.problem.get("places")
        lines = [_place(place) for place in places] if isinstance(places, list) else []
        return "\n".join([f"{first} [{self.code or self.status}]", *lines])


def _place(place: object) -> str:
    """One of the places that a problem lists: in a file by its line, in a request by its field."""
    if not isinstance(place, dict):
        return f"  {place}"
    where = f"line {place['line']}: {place['path']}" if "line" in place else place.get("at", "")
    return f"  {where}: {str(place.get('what', '')).rstrip('.')}. {place.get('remedy', '')}".rstrip()
