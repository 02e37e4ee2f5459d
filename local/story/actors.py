"""An actor runs the `corelab` command, as its user would, and reads its JSON."""

import io
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

from corelab_cli.client import Client
from corelab_cli.context import Context
from corelab_cli.errors import DONE
from corelab_cli.main import main
from corelab_cli.profile import load_profile
from corelab_cli.sessions import sign_in, token
from local.story.places import CHECKOUT, PROFILE
from local.story.recording import Recorder
from local.story.teller import NotAsTold

NOT_SHOWN = ("--serial",)  # options whose value stays off the terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One command that was run, as it may be shown."""

    command: str
    exit_code: int


@dataclass(slots=True, kw_only=True)
class Actor:
    """A user at the command line.

    Attributes
    ----------
    password : str
        What the user signs with.
    ran : list of Ran
        What this run's actors typed; shared between them.
    """

    user: str
    recorder: Recorder
    password: str = field(default="", repr=False)
    ran: list[Ran] = field(default_factory=list)

    def sign_in(self, password: str) -> None:
        """Prove who this is."""
        profile = load_profile(str(PROFILE))
        with profile.http(self.recorder.transport()) as http:
            sign_in(profile, http, user=self.user, password=password)

    def token(self) -> str:
        """The ID token of the kept session."""
        profile = load_profile(str(PROFILE))
        with profile.http(self.recorder.transport()) as http:
            return token(profile, http, user=self.user)

    @contextmanager
    def client(self) -> Iterator[Client]:
        """The command's own client, for what no command shows."""
        client = Client(load_profile(str(PROFILE)), user=self.user, transport=self.recorder.transport())
        try:
            yield client
        finally:
            client.http.close()

    def sign(self, *arguments: str) -> Any:  # noqa: ANN401 -- JSON
        """Answer of a command that is signed: the password is asked for once more."""
        return self.run(*arguments, "--password-stdin", typed=f"{self.password}\n")

    def run(self, *arguments: str, exit_code: int = DONE, typed: str = "") -> Any:  # noqa: ANN401 -- JSON
        """Answer of a command, which must end with this exit code.

        Raises
        ------
        NotAsTold
            It ended otherwise.
        """
        out, err = io.StringIO(), io.StringIO()
        context = Context(as_json=True, transport=self.recorder.transport())
        with redirect_stdout(out), redirect_stderr(err), _typing(typed):
            ended = main(
                ["--profile", str(PROFILE), "--user", self.user, *arguments, "--json"], context=context
            )
        command = f"corelab {' '.join(_shown(arguments))}"
        self.ran.append(Ran(command=command, exit_code=ended))
        if ended != exit_code:
            said = (out.getvalue() + err.getvalue()).strip()
            raise NotAsTold(
                f"`{command}` as {self.user}",
                expected=f"exit code {exit_code}",
                seen=f"exit code {ended}: {said}",
            )
        return json.loads(out.getvalue())


@contextmanager
def _typing(text: str) -> Iterator[None]:
    keyboard, sys.stdin = sys.stdin, io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = keyboard


def _shown(arguments: Sequence[str]) -> list[str]:
    hidden = {at + 1 for at, argument in enumerate(arguments) if argument in NOT_SHOWN}
    return [
        "…" if at in hidden else argument.removeprefix(f"{CHECKOUT}/")
        for at, argument in enumerate(arguments)
    ]
