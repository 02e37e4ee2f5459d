"""Whose images: the header's identity against the subject's, by keyed hashes alone.

The first identity under which a subject's images come is the subject's from then on, and nobody else's. Two
small aggregates keep both directions: by subject, and by hash. What a held transmittal claimed does not
count.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from corelab.charter.model import Charter
from corelab.ingest import codes, events
from corelab.ingest.claims import claim, standing
from corelab.ingest.errors import IdentityTaken
from corelab.ingest.facts import IdentityFacts
from corelab.ingest.header import Image
from corelab.ingest.model import IDENTITY, IDENTITY_OWNER, Identity, Transmittal
from corelab.kernel.ids import SiteId, SubjectId, TrialId
from corelab.kernel.keys import Purpose, TrialKeys
from corelab.kernel.write_path import Command, Store

FIRST, SAME, OTHER, PSEUDONYM = "FIRST", "SAME", "OTHER", "PSEUDONYM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What the headers of one transmittal say of whose images they are.

    Attributes
    ----------
    identity : str or None
        Keyed hash to claim for the subject; None where there is nothing to claim.
    alarm : str or None
        Code, where the transmittal has to be held.
    """

    facts: IdentityFacts
    identity: str | None
    alarm: str | None


def identity_hash(keys: TrialKeys, *, site: SiteId, patient_id: str) -> str:
    """Keyed hash of a site's own patient number; "" for none."""
    return keys.keyed_hash(Purpose.IDENTITY, site, patient_id) if patient_id else ""


def sighting(
    store: Store,
    *,
    trial: TrialId,
    charter: Charter,
    keys: TrialKeys,
    state: Transmittal,
    images: Iterable[Image],
) -> Sighting:
    """Compare the images' identities with the subject's."""
    ids = [image.patient_id for image in images]
    foreign = sum(_is_other_subject(charter, state.subject, patient_id) for patient_id in ids)
    if foreign:
        return _held(codes.OTHER_SUBJECT, other=foreign)
    hashes = [
        identity_hash(keys, site=state.site, patient_id=patient_id)
        for patient_id in ids
        if patient_id not in ("", state.subject)
    ]
    if not hashes:
        return Sighting(facts=IdentityFacts(match=PSEUDONYM, other=0), identity=None, alarm=None)
    known = standing(store, IDENTITY, trial=trial, id=state.subject)
    if known is not None:
        return _beside(known, state=state, hashes=hashes)
    if len(set(hashes)) > 1:
        return _held(codes.SEVERAL_IDENTITIES, other=len(hashes) - hashes.count(hashes[0]))
    owner = standing(store, IDENTITY_OWNER, trial=trial, id=hashes[0])
    if owner is not None and owner.subject != state.subject:
        return _held(codes.OTHER_SUBJECT, other=len(hashes))
    return Sighting(facts=IdentityFacts(match=FIRST, other=0), identity=hashes[0], alarm=None)


def claim_identity(store: Store, *, command: Command, state: Transmittal, identity: str) -> None:
    """Keep the identity as the subject's, in both directions; nothing is written where it is already.

    Raises
    ------
    IdentityTaken
        Another transmittal was first, with another subject or another identity.
    """
    claimed = Identity(subject=state.subject, identity=identity, transmittal=state.transmittal)
    for kind, id in ((IDENTITY_OWNER, identity), (IDENTITY, state.subject)):
        kept = claim(
            store,
            kind,
            id=id,
            command=command,
            claimed=claimed,
            type=events.IDENTITY_SEEN,
            data={"subject": claimed.subject, "transmittal": claimed.transmittal},
        )
        if (kept.subject, kept.identity) != (claimed.subject, claimed.identity):
            raise IdentityTaken("The identity is another subject's.", transmittal=state.transmittal)


def _beside(known: Identity, *, state: Transmittal, hashes: list[str]) -> Sighting:
    other = len(hashes) - hashes.count(known.identity)
    if other:
        return _held(codes.OTHER_SUBJECT, other=other)
    match = FIRST if known.transmittal == state.transmittal else SAME
    return Sighting(facts=IdentityFacts(match=match, other=0), identity=known.identity, alarm=None)


def _held(code: str, *, other: int) -> Sighting:
    return Sighting(facts=IdentityFacts(match=OTHER, other=other), identity=None, alarm=code)


def _is_other_subject(charter: Charter, subject: SubjectId, patient_id: str) -> bool:
    return patient_id != subject and charter.subjects.site_of(SubjectId(patient_id)) is not None
