"""Types of content, as headers write them (RFC 9110 8.3.1), within narrow bounds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from corelab.ingest.dicomweb.errors import NotInstances

LONGEST_TYPE = 512  # characters; a real one has about a hundred
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_KIND = re.compile(rf"[ \t]*({_WORD}/{_WORD})[ \t]*")
# Unquoted, programs also write what needs quotes, such as type=application/dicom.
_PARAMETER = re.compile(rf';[ \t]*({_WORD})=(?:"([ !#-\[\]-~]*)"|([!#-+\--:<-~]+))[ \t]*')


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A type of content.

    Attributes
    ----------
    kind : str
        In lower case: `multipart/related`.
    parameters : mapping
        By name in lower case.
    """

    kind: str
    parameters: Mapping[str, str]


def media_of(text: str) -> Media:
    """The type that a header says.

    Raises
    ------
    NotInstances
        It says none, or one parameter twice.
    """
    first = _KIND.match(text[:LONGEST_TYPE])
    if first is None or len(text) > LONGEST_TYPE:
        raise NotInstances("Say what the body is: a Content-Type as RFC 9110 writes them.")
    parameters: dict[str, str] = {}
    at = first.end()
    while at < len(text):
        found = _PARAMETER.match(text, at)
        if found is None or found[1].lower() in parameters:
            raise NotInstances("Say what the body is: parameters of its Content-Type are broken or double.")
        parameters[found[1].lower()] = found[2] if found[3] is None else found[3]
        at = found.end()
    return Media(kind=first[1].lower(), parameters=parameters)
