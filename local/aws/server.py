"""The process of the embedded AWS: `python -m local.aws.server`, settings in the environment."""

import logging
import os
import signal
import threading

import ministack.app as server

from local.aws.mends import apply_all


def _end_with_parent() -> None:
    """Wait for the end of standard input, which ends when the parent does, and end too."""
    while os.read(0, 1):  # unbuffered: a buffered reader's lock would stop the interpreter from ending
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Mend ministack and serve until SIGTERM."""
    logging.getLogger("persistence").setLevel(logging.WARNING)  # one line per service and checkpoint
    if os.environ.get("CORELAB_FOLLOW") == "1":
        threading.Thread(target=_end_with_parent, daemon=True).start()
    apply_all()
    server.main()


if __name__ == "__main__":
    main()
