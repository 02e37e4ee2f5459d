"""Versions of a series' facts: each transmittal that brings something new adds one, over the union.

A version is taken by writing its object, which happens once. Whoever repeats a transmittal finds the version
that it wrote by the transmittal's id inside, and computes it again from the one before: the same bytes.

Originals of earlier images may have left. A version that needs them cannot be made: what stands then stays,
and new images are refused with the word to send the series whole. Sent whole, exact duplicates stand in.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from corelab.charter.model import Charter
from corelab.charter.recognition import recognise
from corelab.charter.windows import days_from_anchor, window_of
from corelab.ingest import codes
from corelab.ingest.claims import stands
from corelab.ingest.facts import (
    Facts,
    IdentityFacts,
    Instance,
    PixelBytes,
    Refused,
    ScannerFacts,
    SubjectFacts,
    Union,
    facts_json,
    read_facts,
    union,
    unjoined,
    with_showing,
)
from corelab.ingest.grouping import Group
from corelab.ingest.header import Acquired
from corelab.ingest.identity import identity_hash
from corelab.ingest.layout import facts_key, facts_prefix, version_in
from corelab.ingest.model import Opened, Transmittal
from corelab.ingest.pixels import NOTHING_SEEN, SeenBefore
from corelab.ingest.ports import Incoming, Records, Scanner, Subject
from corelab.ingest.reading import Bad, Good
from corelab.ingest.resends import differences, left_originals
from corelab.ingest.scanners import match_scanner
from corelab.ingest.showing import Showing, beside, showing
from corelab.ingest.traits import Known
from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import SeriesId, TrialId
from corelab.kernel.keys import Purpose, TrialKeys
from corelab.kernel.write_path import Store

ATTEMPTS = 5  # other transmittals of the very same series, screened in the same seconds
LATEST_TIME = "99"  # sorts behind every time: an unknown one never is the earliest


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What holds for every series of a transmittal."""

    trial: TrialId
    transmittal: Transmittal
    charter: Charter
    keys: TrialKeys
    subject: Subject | None
    scanners: tuple[Scanner, ...]
    identity: IdentityFacts
    known: Known
    promised: int
    arrived: int
    refused: tuple[Refused, ...]
    incoming: Incoming
    seen: Mapping[SeriesId, SeenBefore] = field(default_factory=dict)
    set_aside: tuple[Bad, ...] = ()
    listed_only: int = 0
    opened: tuple[Opened, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The version that a transmittal makes of a series.

    Attributes
    ----------
    facts : Facts or None
        None where it brings nothing new, or a conflict: then there is no version.
    stays : Showing or None
        What the earlier version shows, where images of it stay.
    is_copy : bool
        All of it is here already, under other names.
    """

    series: SeriesId
    union: Union
    facts: Facts | None
    stays: Showing | None = None
    is_copy: bool = False


def plan(store: Store, *, records: Records, setting: Setting, group: Group) -> Plan:
    """Lay the transmittal's objects beside the series' latest version. Writes nothing."""
    before, version = _before(store, records=records, setting=setting, series=group.series)
    new = tuple(_instance(item, setting=setting) for item in group.objects)
    may_replace = codes.CONFLICTS in setting.transmittal.passed
    earlier = before.instances if before else ()
    merged = union(earlier, new, is_replacing=may_replace)
    gone = left_originals(setting.incoming, earlier) if merged.has_news else frozenset()
    if gone:
        merged = union(earlier, new, is_replacing=may_replace, gone=gone)
        if any(one.key in gone for one in merged.instances):
            merged = unjoined(earlier, merged)
    seen = setting.seen.get(group.series, NOTHING_SEEN)
    is_copy = seen.is_copy and not merged.takes_place
    facts, stays = None, None
    if merged.has_news and (may_replace or not merged.conflicts) and not is_copy:
        facts = _facts(before, version=version, setting=setting, group=group, merged=merged)
        resent = differences(setting.incoming, earlier, new, union=merged)
        stays = before.showing if before and set(earlier) & set(merged.instances) else None
        facts = _shown(facts, stays=stays, setting=setting, group=group)
        facts = replace(facts, pixels=seen.matches, resent=resent)
    return Plan(series=group.series, union=merged, facts=facts, stays=stays, is_copy=is_copy)


def in_setting(made: Plan, setting: Setting, group: Group) -> Plan:
    """The plan with what was learned of the transmittal since it was made."""
    seen = setting.seen.get(made.series, NOTHING_SEEN)
    facts = made.facts
    if facts is None:
        return made
    if seen.is_copy and not made.union.takes_place:
        return replace(made, facts=None, is_copy=True)
    facts = _shown(facts, stays=made.stays, setting=setting, group=group)
    return replace(made, facts=replace(facts, identity=setting.identity, pixels=seen.matches))


def slot_of(charter: Charter, group: Group) -> str | None:
    """`<procedure>/<series>` of the charter that the series fills, or None."""
    found = recognise(charter, group.lead.image.facts)
    return None if found is None else f"{found.procedure}/{found.series}"


def write_plan(records: Records, made: Plan, *, again: Callable[[], Plan]) -> Plan:
    """Write the planned version, or the next where another transmittal was first.

    Parameters
    ----------
    again : callable
        Plans anew.

    Raises
    ------
    VersionConflict
        Others were first, `ATTEMPTS` times in a row.
    """
    for _ in range(ATTEMPTS):
        facts = made.facts
        if facts is None:
            return made
        key = facts_key(facts.trial, made.series, facts.version)
        if records.put_once(key, facts_json(facts), content_type="application/json"):
            return made
        kept = read_facts(records.fetch(key).body)
        if (kept.transmittal, kept.release) == (facts.transmittal, facts.release):
            return made
        made = again()
    raise VersionConflict("Screen again: others wrote this series first.", series=made.series)


def _before(
    store: Store, *, records: Records, setting: Setting, series: SeriesId
) -> tuple[Facts | None, int]:
    """The latest version that counts, below this transmittal's own if it has one; and its own number."""
    listed = records.list(facts_prefix(setting.trial, series))
    versions = sorted(
        (version for item in listed if (version := version_in(item.key)) is not None), reverse=True
    )
    before: Facts | None = None
    mine = max(versions, default=0) + 1
    for version in versions:
        facts = read_facts(records.fetch(facts_key(setting.trial, series, version)).body)
        transmittal, release = facts.transmittal, facts.release
        if transmittal == setting.transmittal.transmittal:
            if release == setting.transmittal.releases:
                before, mine = None, version
        elif before is None and stands(
            store, trial=setting.trial, transmittal=transmittal, series=series, release=release
        ):
            before = facts
    return before, mine


def _facts(before: Facts | None, *, version: int, setting: Setting, group: Group, merged: Union) -> Facts:
    state, lead = setting.transmittal, group.lead.image
    acquired = _earliest(
        [item.image.acquired for item in group.objects] + ([before.acquired] if before else [])
    )
    anchor = setting.subject.anchor if setting.subject else None
    named = setting.charter.subjects.site_of(state.subject)
    return Facts(
        trial=setting.trial,
        site=state.site,
        subject=state.subject,
        visit=state.visit,
        transmittal=state.transmittal,
        charter=state.charter,
        series=group.series,
        version=version,
        received_at=state.received_at or state.opened_at,
        recognised=recognise(setting.charter, lead.facts),
        acquired=acquired,
        day=days_from_anchor(acquired.date, anchor=anchor) if anchor and acquired.date else None,
        window=window_of(setting.charter.visit(state.visit), anchor=anchor) if anchor else None,
        scanner=_scanner(group, scanners=setting.scanners),
        identity=setting.identity,
        subject_ok=SubjectFacts(
            well_formed=named is not None,
            of_site=named == state.site,
            enrolled=setting.subject is not None and setting.subject.site == state.site,
        ),
        promised=setting.promised,
        arrived=setting.arrived,
        refused=setting.refused,
        duplicates=len(merged.duplicates),
        study_uids=_different(item.study for item in merged.instances),
        patient_ids=_different(item.patient for item in merged.instances),
        frames_of_reference=_different(item.frame_of_reference for item in merged.instances),
        instances=merged.instances,
        release=state.releases,
    )


def _shown(facts: Facts, *, stays: Showing | None, setting: Setting, group: Group) -> Facts:
    images = (item.image for item in group.objects)
    new = showing(images, known=setting.known, received_at=facts.received_at)
    return with_showing(facts, beside(stays, new) if stays else new)


def _instance(item: Good, *, setting: Setting) -> Instance:
    image, keys = item.image, setting.keys
    return Instance(
        n=item.file.n,
        member=item.member,
        key=item.key,
        version_id=item.version_id,
        size_bytes=item.file.size_bytes,
        sha256=item.file.sha256,
        sop_uid=image.sop_uid,
        number=image.number,
        pixel_sha256=image.pixel_sha256,
        syntax=image.syntax,
        sop_class=image.sop_class,
        meta_agrees=image.meta_agrees,
        pixel_bytes=PixelBytes(expected=image.expected_pixel_bytes, actual=image.pixel_bytes),
        study=keys.keyed_hash(Purpose.UID, image.study_uid),
        frame_of_reference=keys.keyed_hash(Purpose.UID, image.frame_uid) if image.frame_uid else "",
        patient=identity_hash(keys, site=setting.transmittal.site, patient_id=image.patient_id),
        oddities=image.oddities,
        uptake_lacks=image.uptake_lacks,
    )


def _scanner(group: Group, *, scanners: tuple[Scanner, ...]) -> ScannerFacts:
    equipment = group.lead.image.equipment
    match = match_scanner(equipment, scanners)
    return ScannerFacts(
        id=match.scanner.scanner if match.scanner else None,
        manufacturer=equipment.manufacturer,
        model=equipment.model,
        software=equipment.software,
        serial_matches=match.serial_matches,
        qualified_on=match.scanner.qualified_on if match.scanner else None,
        qualified_until=match.scanner.qualified_until if match.scanner else None,
        qualified_for=match.scanner.qualified_for if match.scanner else (),
    )


def _earliest(moments: Iterable[Acquired]) -> Acquired:
    dated = [moment for moment in moments if moment.date is not None]
    return min(
        dated,
        key=lambda moment: (str(moment.date), moment.time or LATEST_TIME),
        default=Acquired(date=None, time=None),
    )


def _different(values: Iterable[str]) -> int:
    """How many different ones; none where no instance has any."""
    found = set(values)
    return len(found) if any(found) else 0
