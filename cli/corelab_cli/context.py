"""What every command has: how to print, and the client, made when it is first needed."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import click
import httpx
from rich.console import Console

from corelab_cli.client import Client
from corelab_cli.profile import Profile, load_profile


@dataclass(slots=True, kw_only=True)
class Context:
    """One run of the command.

    Attributes
    ----------
    as_json : bool
        One JSON document on standard output, and nothing else there.
    transport : httpx.BaseTransport or None
        In place of the network.
    pause : callable
        Waits that many seconds.
    """

    profile_name: str | None = None
    user: str | None = None
    as_json: bool = False
    transport: httpx.BaseTransport | None = None
    pause: Callable[[float], None] = time.sleep
    out: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))
    err: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, soft_wrap=True))

    def profile(self) -> Profile:
        """The deployment that is meant."""
        return load_profile(self.profile_name)

    def client(self) -> Client:
        """The API's client for whoever is signed in; it ends with the command."""
        made = Client(self.profile(), user=self.user, transport=self.transport, pause=self.pause)
        click.get_current_context().call_on_close(made.http.close)
        return made

    def show(self, answer: Any, *, words: Callable[[Console], None]) -> None:  # noqa: ANN401 -- JSON
        """Print the answer: as JSON, or in words for a person."""
        if self.as_json:
            click.echo(json_of(answer))
        else:
            words(self.out)


def json_of(answer: Any) -> str:  # noqa: ANN401 -- JSON
    """The answer as a document that people can read."""
    return json.dumps(answer, indent=2, sort_keys=True, ensure_ascii=False)


pass_context = click.make_pass_decorator(Context)
trial_option = click.option("--trial", required=True, envvar="CORELAB_TRIAL", help="The trial: DEMO01.")


class Command(click.Command):
    """A command that takes `--json` at its own end too, where people type it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 -- click's own
        super().__init__(*arguments, **named)
        self.params.append(
            click.Option(
                ["--json"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_note_json,
                help="Print one JSON document.",
            )
        )


class Group(click.Group):
    """A group whose members take `--json`."""

    command_class = Command
    group_class = type


def _note_json(context: click.Context, _: click.Parameter, is_wanted: bool) -> None:  # noqa: FBT001 -- click's own
    if is_wanted:
        context.ensure_object(Context).as_json = True
