"""PT-01: uptake (SUV) can be reckoned."""

from collections import Counter
from collections.abc import Mapping

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, cannot_judge, failed
from corelab.qc.stacks import counted

ASKED = "everything that uptake by body weight (SUV) is reckoned from"
WORDS: Mapping[str, str] = {
    "PatientWeight": "the patient's weight (0010,1030)",
    "RadionuclideTotalDose": "the injected dose in becquerels (0018,1074)",
    "RadiopharmaceuticalStartTime": "the time of injection (0018,1072)",
    "RadionuclideHalfLife": "the half-life (0018,1075)",
    "SeriesTime": "the time of the scan (0008,0031)",
    "DecayCorrection": "how decay was corrected (0054,1102)",
    "Units": "units of activity or uptake (0054,1001)",
    "SUVType": "uptake by body weight (0054,1006)",
}


def judge(case: SeriesCase) -> Judgement:
    """Say what Screen missed, each with its name."""
    if case.modality != "PT":
        return NOT_APPLICABLE
    found = [one.uptake_lacks for one in case.facts.instances]
    looked = [lacks for lacks in found if lacks is not None]
    if len(looked) != len(found):
        return cannot_judge("what Screen says of the uptake", asked=ASKED)
    counts = Counter(keyword for lacks in looked for keyword in lacks)
    missing = [keyword for keyword in WORDS if counts[keyword]]
    if not missing:
        return PASSED
    images = counted(max(counts.values()), "image")
    seen = f"{', '.join(WORDS[keyword] for keyword in missing)} missing in {images} of {len(found)}"
    return failed(seen, asked=ASKED, missing=", ".join(missing))


CHECK = Check(
    id="PT-01",
    title="uptake can be reckoned",
    tags=("(0054,1001)", "(0054,1102)", "(0010,1030)", "facts: (0018,1072), (0018,1074), (0018,1075)"),
    default="weight, dose and, decay corrected to the start of the scan, its time and half-life",
    severity=Severity.CRITICAL,
    source="DICOM PS3.3 C.8.9.1, UPICT/QIBA",
    help="Without the missing value nobody can say how much of the tracer was taken up. Look it up in the "
    "examination's record and tell us, or send the images from the scanner: an anonymising program may have "
    "removed it.",
    judge=judge,
)
