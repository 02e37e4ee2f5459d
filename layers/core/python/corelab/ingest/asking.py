"""What a site has to be asked about a held transmittal, named so that nobody asks it twice."""

from collections.abc import Iterable

from corelab.ingest import codes
from corelab.ingest.model import Transmittal
from corelab.kernel.keys import Purpose, TrialKeys

ABOUT_IDENTITY = frozenset(
    {codes.OTHER_SUBJECT, codes.SEVERAL_IDENTITIES, codes.UNSEEN_IDENTITY, codes.NAME_DIFFERS}
)


def question(
    keys: TrialKeys, *, state: Transmittal, alarm: str, strange: Iterable[str], filings: Iterable[str]
) -> str:
    """Keyed digest of what is asked, 64 hex digits: nobody guesses back from it.

    An identity is asked about once for a subject, at whichever visit; anything else for the same series, sent
    for the same visit.

    Parameters
    ----------
    strange : iterable of str
        Keyed hashes of the identities that are not the subject's.
    filings : iterable of str
        Ids under which the transmittal's series are filed.
    """
    what = sorted(strange) if alarm in ABOUT_IDENTITY else [state.visit, *sorted(filings)]
    return keys.keyed_hash(Purpose.IDENTITY, "question", state.subject, alarm, *what)
