"""Take a signed receipt; verify one offline."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from corelab.audit import verify as verifier
from corelab.ingest.errors import BadReceipt
from corelab.ingest.signed import checked_receipt
from corelab_cli.client import Client
from corelab_cli.context import Command, Context, pass_context, trial_option
from corelab_cli.errors import DONE, HELD, CannotRun


@click.command(cls=Command)
@click.argument("transmittal")
@trial_option
@click.option(
    "--to", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Where to save it."
)
@pass_context
def receipt(context: Context, transmittal: str, *, trial: str, to: Path) -> None:
    """Save the signed receipt of TRANSMITTAL, as it stands now."""
    path = save_receipt(context.client(), f"/v1/trials/{trial}/transmittals/{transmittal}", at=to)
    answer = {"transmittal": transmittal, "receipt_saved": str(path)}
    context.show(
        answer,
        words=lambda out: out.print(f"{path}. Check: corelab verify-receipt {path} --key receipts.pem"),
    )


def save_receipt(client: Client, address: str, *, at: Path) -> Path:
    """Write the signed receipt of a transmittal.

    Parameters
    ----------
    address : str
        `/v1/trials/<trial>/transmittals/<tms>`.
    at : Path
        A file; or a folder, where it is called by the transmittal's id.
    """
    signed = client.get(f"{address}/receipt")
    path = at / f"{address.rpartition('/')[2]}.receipt.json" if at.is_dir() else at
    path.write_text(json.dumps(signed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


@click.command("verify-receipt", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The receipts' public key (PEM), from a source of your own: a ledger export has it as receipts.pem.",
)
@pass_context
def verify_receipt(context: Context, file: Path, *, key: Path) -> int:
    """Verify the receipt in FILE offline. Exits 3 where it does not verify, and says why."""
    try:
        public = verifier.read_key(key.read_bytes())
    except verifier.CannotRun as error:
        raise CannotRun(f"{error}.") from error
    answer: dict[str, Any]
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        handed_over = told if isinstance(told, dict) else {}
        document = checked_receipt(handed_over, public_key=public.public_bytes_raw())
        answer = {"verifies": True, "receipt": document}
    except (BadReceipt, ValueError) as error:
        why = error.message if isinstance(error, BadReceipt) else "This is no receipt of Corelab's."
        answer = {"verifies": False, "why": why}
    context.show(answer, words=lambda out: _words(out, answer))
    return DONE if answer["verifies"] else HELD


def _words(out: Console, answer: dict[str, Any]) -> None:
    if not answer["verifies"]:
        out.print(f"The receipt does not verify. {answer['why']}", markup=False)
        return
    told = answer["receipt"]
    out.print(
        f"The receipt verifies: {told['transmittal']} of trial {told['trial']}, site {told['site']}, subject "
        f"{told['subject']}, visit {told['visit']}, {told['state']} (version {told['version']}).",
        markup=False,
    )
    states = [file["state"] for file in told["files"]]
    for state in sorted(set(states)):
        out.print(f"  {states.count(state)} files {state}", markup=False)
    for code, words in told["words"].items():
        out.print(f"  {code}: {words['sentence']} {words['remedy']}", markup=False)
