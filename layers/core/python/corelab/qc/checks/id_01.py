"""ID-01: the transmittal's subject is well formed, of the site, and enrolled."""

from corelab.charter.model import Severity
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, failed

ASKED = "a subject of this site, enrolled in the trial"


def judge(case: SeriesCase) -> Judgement:
    """Look at what the transmittal says of its subject; who the header names is no business of this check."""
    agreement = case.facts.subject_ok
    wrong = [
        words
        for words, is_right in (
            ("an id of another form than the trial's", agreement.well_formed),
            ("a subject of another site", agreement.of_site),
            ("a subject that is not enrolled", agreement.enrolled),
        )
        if not is_right
    ]
    return failed(", ".join(wrong), asked=ASKED) if wrong else PASSED


CHECK = Check(
    id="ID-01",
    title="subject is well formed, of the site, and enrolled",
    tags=("facts",),
    default="the charter's form, registered",
    severity=Severity.CRITICAL,
    source="own",
    help="The upload names a subject that is not an enrolled subject of your site. Check the subject id; if "
    "it is right, register the subject.",
    judge=judge,
)
