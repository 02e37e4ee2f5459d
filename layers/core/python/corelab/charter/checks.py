"""The checks that a charter configures, and the acquisition parameters that they judge.

Ids, words and default severities: the core lab's table of quality checks. Integrity checks (INT) always
apply, and a charter may only raise their severity.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from corelab.charter.model import Severity

INTEGRITY = "INT-"
NEVER_BLOCKS = "ID-02"  # a scan outside its window is a deviation, no ground to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInfo:
    """A check of this version: what it looks at, and how much a failure weighs unless the charter says."""

    title: str
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterInfo:
    """An acquisition parameter that a rule may ask for.

    Attributes
    ----------
    check : str
        The check that judges it.
    unit : str or None
        DICOM's unit; a rule may not use another.
    """

    label: str
    check: str
    unit: str | None


def _info(title: str, severity: Severity) -> CheckInfo:
    return CheckInfo(title=title, severity=severity)


CHECKS: Mapping[str, CheckInfo] = {
    "INT-03": _info("pixel data have the length that the header states", Severity.CRITICAL),
    "INT-07": _info("file meta information names the same object as the data set", Severity.MAJOR),
    "INT-09": _info("one study, one patient, one frame of reference in a series", Severity.CRITICAL),
    "INT-11": _info("no slices missing from the stack", Severity.MAJOR),
    "INT-12": _info("no two slices at one position", Severity.MAJOR),
    "INT-13": _info("slices evenly spaced", Severity.MAJOR),
    "INT-14": _info("no gap between slices", Severity.MAJOR),
    "INT-15": _info("one orientation, at right angles", Severity.MAJOR),
    "INT-16": _info("one pixel spacing and matrix", Severity.MAJOR),
    "INT-17": _info("slices stacked at right angles", Severity.MINOR),
    "INT-18": _info("no localizers or derived images mixed in", Severity.MINOR),
    "INT-20": _info("rescale values present and constant", Severity.MAJOR),
    "INT-21": _info("no lossy compression", Severity.MAJOR),
    "INT-25": _info("everything that the manifest promised arrived", Severity.CRITICAL),
    "CT-01": _info("tube voltage", Severity.MINOR),
    "CT-03": _info("slice thickness", Severity.MAJOR),
    "CT-04": _info("reconstruction kernel", Severity.MINOR),
    "CT-06": _info("field of view and pixel size", Severity.MINOR),
    "MR-01": _info("field strength", Severity.MAJOR),
    "MR-02": _info("family of the sequence", Severity.MAJOR),
    "MR-03": _info("repetition, echo and inversion time, flip angle", Severity.MINOR),
    "MR-04": _info("diffusion weightings", Severity.MAJOR),
    "PT-01": _info("uptake can be reckoned", Severity.CRITICAL),
    "PT-02": _info("counts come with their factor", Severity.CRITICAL),
    "PT-06": _info("all corrections were applied", Severity.CRITICAL),
    "EQ-01": _info("scanner is in the registry", Severity.MAJOR),
    "EQ-03": _info("scanner was qualified on the day of the scan", Severity.MAJOR),
    "ID-01": _info("subject is well formed, of the site, and enrolled", Severity.CRITICAL),
    "ID-02": _info("scan lies in the visit's window", Severity.MINOR),
    "ID-03": _info("sex and birth year are the subject's", Severity.CRITICAL),
    "ID-04": _info("body part and side are those asked for", Severity.MAJOR),
    "ID-06": _info("scan date can be", Severity.MAJOR),
    "ID-07": _info("age fits birth date and scan date", Severity.MINOR),
    "CO-01": _info("everything that the visit asks for is there", Severity.MAJOR),
    "CO-02": _info("number of images", Severity.MAJOR),
}

PARAMETERS: Mapping[str, ParameterInfo] = {
    "MagneticFieldStrength": ParameterInfo(label="Magnetic field strength", check="MR-01", unit="T"),
    "RepetitionTime": ParameterInfo(label="Repetition time", check="MR-03", unit="ms"),
    "EchoTime": ParameterInfo(label="Echo time", check="MR-03", unit="ms"),
    "InversionTime": ParameterInfo(label="Inversion time", check="MR-03", unit="ms"),
    "FlipAngle": ParameterInfo(label="Flip angle", check="MR-03", unit="deg"),
    "KVP": ParameterInfo(label="Tube voltage", check="CT-01", unit="kV"),
    "SliceThickness": ParameterInfo(label="Slice thickness", check="CT-03", unit="mm"),
    "ConvolutionKernel": ParameterInfo(label="Reconstruction kernel", check="CT-04", unit=None),
    "ReconstructionDiameter": ParameterInfo(label="Field of view", check="CT-06", unit="mm"),
    "PixelSpacing": ParameterInfo(label="Pixel spacing", check="CT-06", unit="mm"),
    "ScanningSequence": ParameterInfo(label="Scanning sequence", check="MR-02", unit=None),
    "SequenceVariant": ParameterInfo(label="Sequence variant", check="MR-02", unit=None),
    "MRAcquisitionType": ParameterInfo(label="Acquisition", check="MR-02", unit=None),
    "DiffusionBValue": ParameterInfo(label="Diffusion weighting", check="MR-04", unit="s/mm2"),
}
