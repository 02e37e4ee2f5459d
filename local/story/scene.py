"""What every chapter has: the stage, the teller, and the actors on it."""

from dataclasses import dataclass, field

from local.story.actors import Actor, Ran
from local.story.cast import Enrolled
from local.story.recording import Recorder
from local.story.stage import Stage
from local.story.teller import Teller


@dataclass(slots=True, kw_only=True)
class Scene:
    """A story being told."""

    stage: Stage
    teller: Teller
    recorder: Recorder
    first: Enrolled
    second: Enrolled
    ran: list[Ran] = field(default_factory=list)
    charter_hash: str = ""

    def actor(self, user: str) -> Actor:
        """Somebody at the command line."""
        return Actor(user=user, recorder=self.recorder, ran=self.ran)
