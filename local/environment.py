"""What a test or the story needs: an embedded AWS for as long as a block runs."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.aws import process
from local.aws.place import ACCOUNT, REGION, ROOT_KEY, Place
from local.cloud import Cloud
from local.deploy import Stack


def cloud_of(place: Place, instance: process.Instance) -> Cloud:
    """The instance of a place, as the account's root."""
    return Cloud(
        endpoint=instance.endpoint,
        region=REGION,
        account=ACCOUNT,
        access_key=ROOT_KEY,
        secret_key=place.root_secret(),
        ca=place.ca if instance.strict else None,
    )


def outputs_of(stacks: Iterable[Stack]) -> dict[str, str]:
    """The outputs of every stack together."""
    return {name: value for stack in stacks for name, value in stack.outputs.items()}


def api_url(cloud: Cloud, outputs: Mapping[str, str]) -> str:
    """Where the API answers on this machine: the address in the outputs is AWS's own."""
    host, _, stage = outputs["ApiUrl"].partition("://")[2].partition("/")
    return f"{cloud.endpoint}/_aws/execute-api/{host.partition('.')[0]}/{stage.strip('/')}"


@contextmanager
def embedded(*, strict: bool = True, state: Path | None = None) -> Iterator[Cloud]:
    """An embedded AWS that ends with the block, or with this process.

    Parameters
    ----------
    strict : bool
        TLS, signatures and policies enforced.
    state : Path, optional
        Kept and taken up again; a temporary folder when absent.

    Yields
    ------
    Cloud
        As the account's root.
    """
    with tempfile.TemporaryDirectory(prefix="corelab-") as temporary:
        place = Place(root=(state or Path(temporary)).resolve())
        instance = process.start(place, strict=strict, follow=True)
        try:
            yield cloud_of(place, instance)
        finally:
            process.stop(place)
