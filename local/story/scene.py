"""What every chapter has: the stage, the teller, and the actors on it."""

from dataclasses import dataclass, field

from local.story.actors import Actor, Ran
from local.story.cast import Enrolled, Enrolments
from local.story.recording import Recorder
from local.story.stage import Stage
from local.story.teller import Teller


@dataclass(slots=True, kw_only=True)
class Scene:
    """A story being told.

    Attributes
    ----------
    people, passwords : dict
        By user: the person's id, and what the person signs with.
    """

    stage: Stage
    teller: Teller
    recorder: Recorder
    enrolled: Enrolments
    people: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    ran: list[Ran] = field(default_factory=list)
    charter_hash: str = ""

    @property
    def first(self) -> Enrolled:
        """The subject of chapter 1."""
        return self.enrolled.first

    @property
    def second(self) -> Enrolled:
        """The subject of chapter 2."""
        return self.enrolled.second

    def actor(self, user: str) -> Actor:
        """Somebody at the command line."""
        password = self.passwords.get(user, "")
        return Actor(user=user, recorder=self.recorder, password=password, ran=self.ran)
