"""INT-09: one study, one patient, one frame of reference in a series."""

from corelab.charter.model import Severity
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, cannot_judge, failed
from corelab.qc.stacks import STACKED

ASKED = "one study, one patient and one frame of reference"


def judge(case: SeriesCase) -> Judgement:
    """Count what the series should hold once. Only slices share a frame of reference (PS3.3 C.7.4.1)."""
    facts = case.facts
    if not facts.study_uids:
        return cannot_judge("StudyInstanceUID (0020,000D)", asked=ASKED)
    counts = {"studies": facts.study_uids, "patients": facts.patient_ids}
    if case.modality in STACKED:
        counts["frames of reference"] = facts.frames_of_reference
    several = {name: count for name, count in counts.items() if count > 1}
    if not several:
        return PASSED
    seen = ", ".join(f"{count} {name}" for name, count in several.items()) + " in one series"
    return failed(
        seen, asked=ASKED, **{name.replace(" ", "_"): str(count) for name, count in several.items()}
    )


CHECK = Check(
    id="INT-09",
    title="one study, one patient, one frame of reference in a series",
    tags=("(0010,0020)", "(0020,000D)", "(0020,0052)"),
    default="constant",
    severity=Severity.CRITICAL,
    source="entity consistency: DICOM PS3.3 A.1.2",
    help="Images of different examinations, people or table positions lie in one series. Check that no "
    "image of another patient is among them, export the series again, and resend it.",
    judge=judge,
)
