"""`python -m local up|down|demo`: the whole system on this machine."""

import argparse
import os
import sys
from pathlib import Path

from local.aws.place import StateOfAnotherVersion
from local.aws.process import CannotStart
from local.deploy import DeployFailed
from local.runner import PORT, STATE, print_down, print_up
from local.synth import SynthesisFailed

CANNOT_RUN = 2


def _demo() -> int:
    from local.story import main as tell  # noqa: PLC0415 - the story's packages are not `up`'s concern

    return int(tell() or 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("up", "leave the system running and print where"), ("down", "end it")):
        command = commands.add_parser(name, help=text)
        state = Path(os.environ.get("CORELAB_STATE", STATE))
        command.add_argument("--state", type=Path, default=state, help=f"default {state}")
        if name == "up":
            command.add_argument("--port", type=int, default=PORT, help=f"of the loopback; default {PORT}")
            command.add_argument("--fast", action="store_true", help="no TLS, signatures or policies")
    commands.add_parser("demo", help="boot the stack and tell the story")
    return parser.parse_args()


def main() -> int:
    """Run one command.

    Returns
    -------
    int
        0 done; 2 cannot run, with the reason on standard error.
    """
    arguments = _arguments()
    try:
        match arguments.command:
            case "up":
                print_up(arguments.state, port=arguments.port, strict=not arguments.fast)
            case "down":
                print_down(arguments.state)
            case _:
                return _demo()
    except (CannotStart, DeployFailed, StateOfAnotherVersion, SynthesisFailed) as error:
        print(f"Cannot run: {error}", file=sys.stderr)
        return CANNOT_RUN
    return 0


if __name__ == "__main__":
    sys.exit(main())
