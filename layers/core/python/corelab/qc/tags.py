"""Elements that checks read, by their keyword (PS3.6 table 6-1), and how a site reads one."""

from collections.abc import Mapping

TAGS: Mapping[str, str] = {
    "ImageType": "00080008",
    "Modality": "00080060",
    "ScanningSequence": "00180020",
    "SequenceVariant": "00180021",
    "MRAcquisitionType": "00180023",
    "SliceThickness": "00180050",
    "KVP": "00180060",
    "RepetitionTime": "00180080",
    "EchoTime": "00180081",
    "InversionTime": "00180082",
    "EchoNumbers": "00180086",
    "MagneticFieldStrength": "00180087",
    "SpacingBetweenSlices": "00180088",
    "TriggerTime": "00181060",
    "ReconstructionDiameter": "00181100",
    "ConvolutionKernel": "00181210",
    "FlipAngle": "00181314",
    "DiffusionBValue": "00189087",
    "DiffusionGradientOrientation": "00189089",
    "AcquisitionNumber": "00200012",
    "InstanceNumber": "00200013",
    "ImagePositionPatient": "00200032",
    "ImageOrientationPatient": "00200037",
    "TemporalPositionIdentifier": "00200100",
    "Rows": "00280010",
    "Columns": "00280011",
    "PixelSpacing": "00280030",
    "CorrectedImage": "00280051",
    "RescaleIntercept": "00281052",
    "RescaleSlope": "00281053",
    "LossyImageCompression": "00282110",
    "Units": "00541001",
    "RandomsCorrectionMethod": "00541100",
    "DecayCorrection": "00541102",
    "SiemensBValue": "0019100C",  # private, SIEMENS MR HEADER
    "GeBValue": "00431039",  # private, GEMS_PARM_01
    "PhilipsSuvFactor": "70531000",  # private, Philips PET Private Group
    "PhilipsActivityFactor": "70531009",
}


def tag_words(keyword: str) -> str:
    """An element as a person reads it.

    >>> tag_words("ImagePositionPatient")
    'ImagePositionPatient (0020,0032)'
    """
    tag = TAGS[keyword]
    return f"{keyword} ({tag[:4]},{tag[4:]})"
