"""Which series of the charter a received series is, by facts of its raw header.

Asked before de-identification: cleaning takes away the words by which a series is known.
"""

from dataclasses import dataclass

from corelab.charter.comparison import components
from corelab.charter.conditions import Facts, evaluate
from corelab.charter.model import Charter

FACTS = (  # what a `match` may ask about; no element that names a person, a place or a date
    "BodyPartExamined",
    "Columns",
    "ContrastBolusAgent",
    "ConvolutionKernel",
    "EchoTime",
    "EchoTrainLength",
    "FlipAngle",
    "ImageType",
    "InversionTime",
    "Laterality",
    "MRAcquisitionType",
    "MagneticFieldStrength",
    "Manufacturer",
    "ManufacturerModelName",
    "Modality",
    "PhotometricInterpretation",
    "ProtocolName",
    "RepetitionTime",
    "Rows",
    "SOPClassUID",
    "ScanOptions",
    "ScanningSequence",
    "SequenceName",
    "SequenceVariant",
    "SeriesDescription",
    "SliceThickness",
    "SpacingBetweenSlices",
    "StudyDescription",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A series of the charter, and the clause that decided it."""

    procedure: str
    series: str
    reason: str


def recognise(charter: Charter, facts: Facts) -> Recognised | None:
    """First series, in the charter's order, whose procedure and condition fit; None for an unknown one.

    Parameters
    ----------
    facts : mapping
        Of `FACTS`, as the raw header has them; `Modality` and `SOPClassUID` choose the procedure.
    """
    for procedure in charter.procedures:
        if components(facts.get("Modality")) != (procedure.modality,):
            continue
        if components(facts.get("SOPClassUID")) not in _each(procedure.sop_classes):
            continue
        for series in procedure.series:
            decided = evaluate(series.match, facts)
            if decided.is_met:
                return Recognised(procedure=procedure.id, series=series.id, reason=decided.because)
    return None


def _each(texts: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple((text,) for text in texts)
