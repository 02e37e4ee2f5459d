"""Sex and birth year of a subject: what the registry says, else what its earlier images showed.

What images show is kept with the subject's identities, as keyed hashes, each with the transmittal that showed
it: what a held transmittal showed does not count, nor what was filed by mistake. The first to show it teaches
it; what disagrees with it is a finding and teaches nothing, unless a person said that these images, of an
unknown or changed identity, are the subject's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from corelab.ingest.header import Image
from corelab.ingest.model import BIRTH_YEAR, SEX, Trait
from corelab.ingest.persons import birth_key
from corelab.ingest.ports import Subject
from corelab.kernel.ids import SubjectId, TransmittalId
from corelab.kernel.keys import Purpose, TrialKeys

SEXES = frozenset({"M", "F"})  # what can be compared: O stands for anything, in test images for nobody
YEAR_DIGITS = 4
Shown = Mapping[str, frozenset[str]]
"""Kind of trait to the values that images show; no kind of which they show none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a series' headers are compared with.

    Attributes
    ----------
    hashes : mapping
        Kind of trait to keyed hashes; no kind of which nothing is known.
    contradicted : frozenset of str
        Kinds of which nothing is known and the transmittal itself says several.
    """

    keys: TrialKeys
    subject: SubjectId
    hashes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    contradicted: frozenset[str] = frozenset()

    def agrees(self, kind: str, values: Iterable[str]) -> bool | None:
        """Whether all the values are the subject's; None where there is nothing to compare."""
        hashes = {trait_hash(self.keys, subject=self.subject, kind=kind, value=value) for value in values}
        if not hashes:
            return None
        if kind in self.hashes:
            return hashes <= self.hashes[kind]
        return False if kind in self.contradicted else None


def trait_hash(keys: TrialKeys, *, subject: SubjectId, kind: str, value: str) -> str:
    """Keyed hash of a subject's trait: the same value of another subject has another."""
    return keys.keyed_hash(Purpose.IDENTITY, "trait", subject, kind, value)


def shown(images: Iterable[Image]) -> Shown:
    """What images show of the person; nothing of what stands for nobody."""
    written = {(image.sex, "" if image.is_pseudonymised else birth_key(image.birth_date)) for image in images}
    values = {
        SEX: frozenset(sex for sex, _ in written if sex in SEXES),
        BIRTH_YEAR: frozenset(born[:YEAR_DIGITS] for _, born in written if born),
    }
    return {kind: found for kind, found in values.items() if found}


def known(
    keys: TrialKeys, *, subject: SubjectId, registered: Subject | None, learned: Iterable[Trait], said: Shown
) -> Known:
    """What the registry says of the subject; of what it does not say, what earlier images taught."""
    hashes: dict[str, frozenset[str]] = {}
    for trait in learned:
        hashes[trait.kind] = hashes.get(trait.kind, frozenset()) | {trait.hash}
    for kind, value in _registered(registered).items():
        hashes[kind] = frozenset({trait_hash(keys, subject=subject, kind=kind, value=value)})
    contradicted = frozenset(kind for kind, values in said.items() if len(values) > 1 and kind not in hashes)
    return Known(keys=keys, subject=subject, hashes=hashes, contradicted=contradicted)


def taught(against: Known, *, said: Shown, transmittal: TransmittalId) -> tuple[Trait, ...]:
    """What a transmittal teaches: of what nothing is known, the one value that it shows."""
    return tuple(
        Trait(
            kind=kind,
            hash=trait_hash(against.keys, subject=against.subject, kind=kind, value=value),
            transmittal=transmittal,
        )
        for kind, values in sorted(said.items())
        if kind not in against.hashes and len(values) == 1
        for value in values
    )


def _registered(subject: Subject | None) -> Mapping[str, str]:
    if subject is None:
        return {}
    said = {SEX: subject.sex, BIRTH_YEAR: None if subject.birth_year is None else str(subject.birth_year)}
    return {kind: value for kind, value in said.items() if value is not None}
