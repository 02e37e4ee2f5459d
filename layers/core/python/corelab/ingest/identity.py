"""Whose images: the header's identity against those known, by keyed hashes alone.

A header says who somebody is by the site's patient number and by name and birth date; each becomes a keyed
hash, the second one the same at every site of the trial. An identity belongs to one subject, and a subject
may have several: another hospital's number, a new name. Two small aggregates keep both directions, by subject
and by hash. `belonging` says what follows; what a held transmittal claimed does not count.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from corelab.ingest import codes, events, traits
from corelab.ingest.belonging import (
    MOST_IDENTITIES,
    Belonging,
    Presented,
    Standing,
    belonging,
    standing_of_any,
    together,
)
from corelab.ingest.claims import claim, standing, stands
from corelab.ingest.errors import IdentitiesMoved, IdentityTaken
from corelab.ingest.facts import IdentityFacts
from corelab.ingest.header import Image
from corelab.ingest.model import (
    FOUND_FIRST,
    IDENTITY,
    IDENTITY_OWNER,
    LEARNED,
    NUMBER,
    PERSON,
    RELEASED,
    Identities,
    Identity,
    IdentityOwner,
    Trait,
    Transmittal,
)
from corelab.ingest.persons import birth_key, is_dummy, name_keys
from corelab.ingest.ports import Names, Subject
from corelab.ingest.traits import Known
from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import SiteId, SubjectId, TrialId
from corelab.kernel.keys import Purpose, TrialKeys
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find

ATTEMPTS = 5  # other transmittals of the very same subject, screened in the same seconds
ALARMS: Mapping[Belonging, str] = {
    Belonging.RENAMED: codes.NAME_DIFFERS,
    Belonging.UNSEEN: codes.UNSEEN_IDENTITY,
    Belonging.SEVERAL: codes.SEVERAL_IDENTITIES,
    Belonging.OTHER: codes.OTHER_SUBJECT,
}
OF_SUBJECT = frozenset({Belonging.PSEUDONYM, Belonging.FIRST, Belonging.SAME})
TEACHES = frozenset({Belonging.FIRST, Belonging.SAME, Belonging.RENAMED, Belonging.UNSEEN})
SHOWS = TEACHES | {Belonging.PSEUDONYM}  # whose images show what the subject is
MATCHES = {FOUND_FIRST: "FIRST", LEARNED: "SAME", RELEASED: "RELEASED"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What the headers of one transmittal say of whose images they are.

    Attributes
    ----------
    fresh : tuple of Identity
        What the subject's set of identities grows by.
    known : Known
        What the subject's sex and birth year are compared with.
    traits : tuple of Trait
        What the images teach of both.
    version : int
        Of the set that this was decided on; 0 where there is none yet.
    alarm : str or None
        Code, where the transmittal has to be held.
    strange : frozenset of str
        Keyed hashes of what is not the subject's: patient numbers, else persons.
    """

    facts: IdentityFacts
    fresh: tuple[Identity, ...]
    known: Known
    traits: tuple[Trait, ...]
    version: int
    alarm: str | None
    strange: frozenset[str] = frozenset()

    @property
    def has_news(self) -> bool:
        """Whether there is something to keep."""
        return bool(self.fresh or self.traits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is compared: the images of one transmittal.

    Attributes
    ----------
    names : Names
        Which subject of the trial a text names.
    registered : Subject or None
        The transmittal's subject in the registry.
    """

    trial: TrialId
    keys: TrialKeys
    names: Names
    state: Transmittal
    registered: Subject | None
    images: tuple[Image, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What counts of a subject's set, by hash; and the set's version, 0 where there is none yet."""

    known: Mapping[str, Identity]
    traits: tuple[Trait, ...]
    version: int


def identity_hash(keys: TrialKeys, *, site: SiteId, patient_id: str) -> str:
    """Keyed hash of a site's own patient number; "" for none."""
    return keys.keyed_hash(Purpose.IDENTITY, site, patient_id) if patient_id else ""


def person_hash(keys: TrialKeys, *, name_key: str, birth: str) -> str:
    """Keyed hash of a name and a birth date, the same at every site of the trial."""
    return keys.keyed_hash(Purpose.IDENTITY, "person", name_key, birth)


def sighting(store: Store, asked: Asked) -> Sighting:
    """Compare the images' identities with the subject's and with everybody's."""
    remembered = _remembered(store, asked)
    known = remembered.known
    named = _named(asked)
    others = {label for label, subject in named.items() if subject != asked.state.subject}
    foreign = sum(not others.isdisjoint(image.labels) for image in asked.images)
    if foreign and codes.OTHER_SUBJECT not in asked.state.passed:
        return _held(asked, codes.OTHER_SUBJECT, other=foreign, strange=frozenset(others))
    counted = _presented(asked, stand_ins=(*named, *asked.names.stand_ins(asked.state.subject)))
    if len(counted) > MOST_IDENTITIES:
        return _held(asked, codes.SEVERAL_IDENTITIES, other=len(asked.images), strange=_strange(counted))
    at = {
        hash: _standing(store, asked, known, hash=hash)
        for hash in sorted(frozenset().union(*(one.hashes for one in counted)))
    }
    said = {one: _belonging(one, at=at, known=known.values()) for one in counted}
    strange = _strange(counted, ours={hash for hash, stand in at.items() if stand is Standing.OURS})
    strangers = [one for one, what in said.items() if what in (Belonging.FIRST, Belonging.UNSEEN)]
    verdict = together(said.values(), strangers)
    alarm = ALARMS.get(verdict)
    other = sum(count for one, count in counted.items() if said[one] not in OF_SUBJECT)
    if alarm is not None and alarm not in asked.state.passed:
        return _held(asked, alarm, other=other, strange=strange)
    fresh = _fresh(asked, counted, at=at, verdict=verdict, is_released=alarm is not None)
    mine = [one for one in known.values() if one.transmittal == asked.state.transmittal]
    facts = IdentityFacts(match=_match(verdict, (*mine, *fresh)), other=0 if verdict in TEACHES else other)
    compared, taught = _traits(asked, remembered, is_released=facts.match == RELEASED)
    return Sighting(
        facts=facts,
        fresh=tuple(one for one in fresh if one.hash not in known),
        known=compared,
        traits=taught if verdict in SHOWS else (),
        version=remembered.version,
        alarm=None,
        strange=strange,
    )


def settled(store: Store, asked: Asked, *, command: Command, seen: Sighting) -> Sighting:
    """Keep what is fresh as the subject's; where another transmittal was first, compare again.

    Raises
    ------
    VersionConflict
        Others were first, `ATTEMPTS` times in a row.
    """
    for _ in range(ATTEMPTS):
        if seen.alarm is not None or not seen.has_news:
            return seen
        try:
            _keep(store, command=command, state=asked.state, seen=seen)
        except IdentityTaken:
            return _held(asked, codes.OTHER_SUBJECT, other=len(asked.images), strange=seen.strange)
        except IdentitiesMoved:
            seen = sighting(store, asked)
            continue
        return seen
    raise VersionConflict("Screen again: others wrote this subject's identities first.")


def _remembered(store: Store, asked: Asked) -> Remembered:
    """What counts of the subject's set."""
    found = find(store, IDENTITY, trial=asked.trial, id=asked.state.subject)
    if found is None:
        return Remembered(known={}, traits=(), version=0)
    known, shown = found.state.known, found.state.traits
    standing = {
        transmittal
        for transmittal in sorted({one.transmittal for one in known} | {one.transmittal for one in shown})
        if stands(store, trial=asked.trial, transmittal=transmittal)
    }
    return Remembered(
        known={one.hash: one for one in known if one.transmittal in standing},
        traits=tuple(one for one in shown if one.transmittal in standing),
        version=found.version,
    )


def _traits(asked: Asked, remembered: Remembered, *, is_released: bool) -> tuple[Known, tuple[Trait, ...]]:
    """What sex and birth year are compared with, and what is taught: as before this very run kept its own.

    Of images that a person said are the subject's, what earlier ones showed is no measure.
    """
    state = asked.state
    shown = [one.transmittal for one in remembered.traits]
    first = shown.index(state.transmittal) if state.transmittal in shown else len(shown)
    said = traits.shown(asked.images)
    compared = traits.known(
        asked.keys,
        subject=state.subject,
        registered=asked.registered,
        learned=() if is_released else remembered.traits[:first],
        said=said,
    )
    taught = traits.taught(compared, said=said, transmittal=state.transmittal)
    return compared, tuple(one for one in taught if one not in remembered.traits)


def _presented(asked: Asked, *, stand_ins: tuple[str, ...]) -> Counter[Presented]:
    """Identities that the images present, and how many do; the trial's own names are none."""
    written = Counter(
        ("", "", "")
        if image.is_pseudonymised
        else (image.patient_id, image.patient_name, birth_key(image.birth_date))
        for image in asked.images
    )
    counted: Counter[Presented] = Counter()
    for (patient_id, name, birth), count in written.items():
        number = "" if is_dummy(patient_id, stand_ins=stand_ins) else patient_id
        persons = name_keys(name, stand_ins=stand_ins) if birth else ()
        presented = Presented(
            number=identity_hash(asked.keys, site=asked.state.site, patient_id=number),
            persons=frozenset(person_hash(asked.keys, name_key=key, birth=birth) for key in persons),
        )
        counted[presented] += count
    return counted


def _named(asked: Asked) -> Mapping[str, SubjectId]:
    """Texts of the headers that are the trial's own name of a subject, and whose."""
    labels = sorted({label for image in asked.images for label in image.labels})
    found = {label: asked.names.subject_named(label) for label in labels}
    return {label: subject for label, subject in found.items() if subject is not None}


def _standing(store: Store, asked: Asked, known: Mapping[str, Identity], *, hash: str) -> Standing:
    if hash in known:
        return Standing.OURS
    owner = standing(store, IDENTITY_OWNER, trial=asked.trial, id=hash)
    if owner is None or owner.transmittal == asked.state.transmittal:
        return Standing.NOBODYS  # or claimed by this very transmittal, and not yet in the subject's set
    return Standing.OURS if owner.subject == asked.state.subject else Standing.OTHERS


def _belonging(one: Presented, *, at: Mapping[str, Standing], known: Iterable[Identity]) -> Belonging:
    kinds = {identity.kind for identity in known}
    return belonging(
        at[one.number] if one.number else Standing.ABSENT,
        standing_of_any(at[hash] for hash in one.persons),
        has_number=NUMBER in kinds,
        has_person=PERSON in kinds,
    )


def _fresh(
    asked: Asked,
    presented: Iterable[Presented],
    *,
    at: Mapping[str, Standing],
    verdict: Belonging,
    is_released: bool,
) -> tuple[Identity, ...]:
    """What the subject's set grows by: what was presented and is nobody's yet."""
    if verdict not in TEACHES:
        return ()
    how = RELEASED if is_released else FOUND_FIRST if verdict is Belonging.FIRST else LEARNED
    numbers = {one.number for one in presented}
    return tuple(
        Identity(
            hash=hash,
            kind=NUMBER if hash in numbers else PERSON,
            how=how,
            site=asked.state.site,
            transmittal=asked.state.transmittal,
        )
        for hash, standing in sorted(at.items())
        if standing is Standing.NOBODYS
    )


def _match(verdict: Belonging, mine: Iterable[Identity]) -> str:
    """The word for facts; what a run that died had kept already says it as it did then."""
    hows = {one.how for one in mine}
    if verdict in TEACHES:
        return next((MATCHES[how] for how in (FOUND_FIRST, RELEASED) if how in hows), "SAME")
    return (verdict if verdict is Belonging.PSEUDONYM else Belonging.OTHER).value


def _keep(store: Store, *, command: Command, state: Transmittal, seen: Sighting) -> None:
    """Keep the identities as the subject's, in both directions, and what its images show.

    Raises
    ------
    IdentityTaken
        Another transmittal was first, with another subject.
    IdentitiesMoved
        Another transmittal was first, with the same subject.
    """
    for one in seen.fresh:
        claimed = IdentityOwner(subject=state.subject, identity=one.hash, transmittal=state.transmittal)
        kept = claim(
            store,
            IDENTITY_OWNER,
            id=one.hash,
            command=command,
            claimed=claimed,
            type=events.IDENTITY_SEEN,
            data={"subject": state.subject, "transmittal": state.transmittal},
        )
        if kept.subject != state.subject:
            raise IdentityTaken("The identity is another subject's.", transmittal=state.transmittal)

    def decide(found: Found[Identities] | None) -> Decision[Identities]:
        if (found.version if found else 0) != seen.version:
            raise IdentitiesMoved("Compare again.", transmittal=state.transmittal)
        known = found.state.known if found else ()
        shown = found.state.traits if found else ()
        grown = Identities(subject=state.subject, known=(*known, *seen.fresh), traits=(*shown, *seen.traits))
        return Decision(
            state=grown,
            type=events.IDENTITY_SEEN,
            action="identity.learn",
            data={"subject": state.subject, "transmittal": state.transmittal},
        )

    learning = replace(command, id=f"{command.id}/{IDENTITY.name}/{state.subject}")
    execute(store, IDENTITY, id=state.subject, command=learning, step="learn", decide=decide)


def _strange(presented: Iterable[Presented], *, ours: Collection[str] = ()) -> frozenset[str]:
    """What is not the subject's: by the patient number, else by name and birth date."""
    presented = tuple(presented)
    numbers = frozenset(one.number for one in presented if one.number) - {*ours}
    return numbers or frozenset().union(*(one.persons for one in presented)) - {*ours}


def _held(asked: Asked, code: str, *, other: int, strange: frozenset[str]) -> Sighting:
    facts = IdentityFacts(match=Belonging.OTHER.value, other=other)
    known = Known(keys=asked.keys, subject=asked.state.subject)
    return Sighting(facts=facts, fresh=(), known=known, traits=(), version=0, alarm=code, strange=strange)
