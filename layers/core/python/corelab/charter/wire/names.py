"""DICOM names that a charter may use, with their UIDs (PS3.6 annex A)."""

from collections.abc import Mapping

SOP_CLASSES: Mapping[str, str] = {
    "CTImageStorage": "1.2.840.10008.5.1.4.1.1.2",
    "MRImageStorage": "1.2.840.10008.5.1.4.1.1.4",
    "UltrasoundMultiframeImageStorage": "1.2.840.10008.5.1.4.1.1.3.1",
    "UltrasoundImageStorage": "1.2.840.10008.5.1.4.1.1.6.1",
}
TRANSFER_SYNTAXES: Mapping[str, str] = {
    "ImplicitVRLittleEndian": "1.2.840.10008.1.2",
    "ExplicitVRLittleEndian": "1.2.840.10008.1.2.1",
    "RLELossless": "1.2.840.10008.1.2.5",
    "JPEGBaseline8Bit": "1.2.840.10008.1.2.4.50",
    "JPEGLosslessSV1": "1.2.840.10008.1.2.4.70",
    "JPEGLSLossless": "1.2.840.10008.1.2.4.80",
    "JPEG2000Lossless": "1.2.840.10008.1.2.4.90",
}
MODALITIES: Mapping[str, frozenset[str]] = {
    "CT": frozenset({"CTImageStorage"}),
    "MR": frozenset({"MRImageStorage"}),
    "US": frozenset({"UltrasoundImageStorage", "UltrasoundMultiframeImageStorage"}),
}
