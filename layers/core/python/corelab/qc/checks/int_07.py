"""INT-07: file meta information names the same object as the data set."""

from corelab.charter.model import Severity
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.stacks import counted


def judge(case: SeriesCase) -> Judgement:
    """Count instances whose meta information names another object."""
    wrong = sum(not item.meta_agrees for item in case.facts.instances)
    if not wrong:
        return PASSED
    seen = f"{counted(wrong, 'file')} whose file header names another image than the file holds"
    return failed(seen, asked="one identity in the file header and in the image", files=str(wrong))


CHECK = Check(
    id="INT-07",
    title="file meta information names the same object as the data set",
    tags=("(0002,0002)", "(0002,0003)", "(0008,0016)", "(0008,0018)"),
    default="equal",
    severity=Severity.MAJOR,
    source="DICOM PS3.10 7.1",
    help="A tool that copied or anonymised the files changed the image's identity in one place and not in "
    "the other. Export the series again without any tool in between, and resend it.",
    judge=judge,
)
