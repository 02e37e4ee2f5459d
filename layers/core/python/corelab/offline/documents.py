"""The documents that the pipeline's checks read, of a series in a folder: its facts, and its index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from corelab.charter.conditions import evaluate
from corelab.charter.model import Charter, Condition
from corelab.charter.recognition import Recognised, recognise
from corelab.dicom.values import Value
from corelab.ingest.showing import showing
from corelab.ingest.traits import Known
from corelab.kernel.codec import to_plain
from corelab.kernel.ids import SeriesId, TransmittalId, derived_id
from corelab.kernel.keys import KEY_BYTES, TrialKeys
from corelab.offline.asking import Asked
from corelab.offline.looking import Looked
from corelab.qc import documents as qc

VERSION = 1
TRANSMITTAL = TransmittalId(derived_id("tms", "offline"))
NO_SCANNER = qc.Scanner(
    id=None, manufacturer="", serial_matches=False, qualified_until=None, qualified_for=()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One series' images, in order of their number."""

    images: tuple[Looked, ...]

    @property
    def lead(self) -> Looked:
        """The image that speaks for the series."""
        return self.images[0]

    @property
    def series(self) -> SeriesId:
        """An id that says nothing outside of this run."""
        return SeriesId(derived_id("ser", "offline", self.lead.image.series_uid))


def recognised(group: Group, charter: Charter) -> Recognised | None:
    """Which series of the charter it is."""
    return recognise(charter, group.lead.image.facts)


def why(group: Group, slot: Recognised, charter: Charter) -> tuple[str, ...]:
    """The clauses by which it is that series: what the charter asks for, and no value of the header."""
    match = charter.series(slot.procedure, slot.series).match
    parts = match.get("all", [match])
    facts = group.lead.image.facts
    return tuple(evaluate(part, facts).because for part in cast(Sequence[Condition], parts))


def why_not(group: Group, charter: Charter) -> tuple[str, ...]:
    """For each series of its modality in the charter, what it lacks to be that one."""
    facts = group.lead.image.facts
    reasons = []
    for procedure in charter.procedures:
        if facts.get("Modality") != procedure.modality:
            continue
        for series in procedure.series:
            decided = evaluate(series.match, facts)
            why = "another SOP class" if decided.is_met else f"not met: {decided.because}"
            reasons.append(f"{procedure.id}/{series.id}: {why}")
    return tuple(reasons) or ("the charter asks for no series of its modality",)


def facts_of(group: Group, asked: Asked, *, charter: Charter, now: datetime) -> Mapping[str, object]:
    """facts/1, as far as checks read it and a folder can tell. What only a registry knows is left open."""
    images = [one.image for one in group.images]
    slot = recognised(group, charter)
    named = asked.charter.subjects.site_of(asked.subject)
    # Nothing is known of the subject, so nothing is compared and no key is needed.
    nobody = Known(keys=TrialKeys(trial=charter.trial.id, secret=bytes(KEY_BYTES)), subject=asked.subject)
    shown = showing(images, known=nobody, received_at=now)
    facts = qc.Facts(
        trial=charter.trial.id,
        site=asked.site,
        subject=asked.subject,
        visit=asked.question.visit,
        transmittal=TRANSMITTAL,
        charter=asked.hash,
        series=group.series,
        version=VERSION,
        received_at=now,
        recognised=qc.Recognised(procedure=slot.procedure, series=slot.series) if slot else None,
        acquired=qc.Acquired(date=images[0].acquired.date),
        day=None,
        scanner=NO_SCANNER,
        subject_ok=qc.SubjectAgreement(
            well_formed=named is not None,
            of_site=not asked.question.site or named == asked.question.site,
            enrolled=True,
        ),
        promised=len(images),
        arrived=len(images),
        refused=(),
        study_uids=_different([one.study_uid for one in images]),
        patient_ids=_different([one.patient_id for one in images]),
        frames_of_reference=_different([one.frame_uid for one in images]),
        instances=tuple(
            qc.Received(
                number=one.number,
                meta_agrees=one.meta_agrees,
                syntax=one.syntax,
                uptake_lacks=one.uptake_lacks,
                pixel_bytes=qc.PixelBytes(expected=one.expected_pixel_bytes, actual=one.pixel_bytes),
            )
            for one in images
        ),
        sex=qc.Sex(header=shown.sex.header, agrees=shown.sex.agrees),
        birth_year=qc.Agreement(agrees=shown.birth_year.agrees),
        age=qc.Agreement(agrees=shown.age.agrees),
        order=qc.Order(after_birth=shown.order.after_birth, in_past=shown.order.in_past),
        body_part=shown.body_part,
        laterality=shown.laterality,
    )
    plain = to_plain(facts)
    if not isinstance(plain, Mapping):
        raise TypeError("facts are a mapping")
    return plain


def index_of(group: Group) -> Mapping[str, object]:
    """pack/1's index, as far as checks read it."""
    instances: list[Mapping[str, Mapping[str, Value]]] = [{"header": one.header} for one in group.images]
    return {"series": group.series, "version": VERSION, "instances": instances}


def _different(values: Sequence[str]) -> int:
    """How many different ones; none where no image has any."""
    return len(set(values)) if any(values) else 0
