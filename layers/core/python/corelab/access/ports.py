"""What the room asks of the identity provider."""

from typing import Protocol

from corelab.kernel.ids import PersonId


class People(Protocol):
    """Where people's names, addresses and passwords live."""

    def invite(self, username: str, *, email: str | None) -> PersonId:
        """Make the person known, or find who has the name already; the provider's subject."""

    def sign_out(self, person: PersonId) -> None:
        """End every session of the person."""
