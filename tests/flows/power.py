"""One machine whose power a test can cut."""

import os
import signal
from datetime import timedelta
from pathlib import Path

from local.aws import process
from local.aws.place import Place
from local.environment import cloud_of
from tests.flows.embedded.waiting import until

LATER = timedelta(minutes=10)  # what the sweep waits for, and more


class Machine:
    """The embedded AWS of a state folder, strict; what it was asked and answered is on its disk."""

    def __init__(self, root: Path) -> None:
        self.place = Place(root=root)
        self.instance = process.start(self.place, strict=True, follow=True)
        self.cloud = cloud_of(self.place, self.instance)

    def cut(self) -> None:
        """Nothing is written any more; then everything is started again, where it was."""
        os.kill(self.instance.pid, signal.SIGKILL)
        until(lambda: not process.is_alive(self.instance.pid))
        process.stop(self.place)
        self.instance = process.start(self.place, strict=True, follow=True, port=self.instance.port)
