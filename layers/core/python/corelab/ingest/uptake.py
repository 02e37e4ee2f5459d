"""What a PET image lacks for its uptake (SUV by body weight) to be reckoned. Pure; no value leaves it.

Theory of operation. SUV is activity concentration times weight over dose. In becquerels per millilitre (BQML)
it needs the patient's weight and the dose. Decay corrected to the administration (ADMIN) that is all; to the
start of the scan (START) the dose decays from its own time to the series', by its half-life. Images in g/ml
by body weight (GML) and Philips' counts with their factor to SUV are uptake already.

Source: DICOM PS3.3 C.8.9.1, C.8.9.2; QIBA FDG-PET/CT profile, vendor-neutral pseudo-code for SUV.
"""

from collections.abc import Mapping

from corelab.dicom.dictionary import tag_of
from corelab.dicom.header import Header

SEQUENCE = tag_of("RadiopharmaceuticalInformationSequence")
BODY_WEIGHT = ("", "BW")  # SUV Type (0054,1006): none means body weight, PS3.3 C.8.9.1
LEAST_DOSE_BQ = 10_000.0  # below it the dose was written in MBq
CREATOR, SUV_FACTOR, ACTIVITY_FACTOR = 0x70530010, 0x70531000, 0x70531009
PHILIPS_PET = b"Philips PET Private Group"

Items = Mapping[int, bytes]


def lacking(header: Header) -> tuple[str, ...] | None:
    """Keywords of what is missing or cannot be; None for anything but PET."""
    if _text(header, "Modality") != "PT":
        return None
    units = _text(header, "Units")
    if units == "GML":
        return () if _text(header, "SUVType") in BODY_WEIGHT else ("SUVType",)
    if units == "CNTS" and _factor(header, SUV_FACTOR):
        return ()
    if units != "BQML" and not (units == "CNTS" and _factor(header, ACTIVITY_FACTOR)):
        return ("Units",)
    return _lacking_of_activity(header)


def _lacking_of_activity(header: Header) -> tuple[str, ...]:
    drug, correction = _drug(header), _text(header, "DecayCorrection")
    dose = _number(drug.get(tag_of("RadionuclideTotalDose"), b""))
    has = {
        "PatientWeight": _number(header.raw(tag_of("PatientWeight")) or b"") > 0,
        "RadionuclideTotalDose": dose >= LEAST_DOSE_BQ,
        "DecayCorrection": correction in ("START", "ADMIN"),
    }
    if correction != "ADMIN":
        starts = ("RadiopharmaceuticalStartDateTime", "RadiopharmaceuticalStartTime")
        has |= {
            "RadiopharmaceuticalStartTime": any(drug.get(tag_of(one)) for one in starts),
            "RadionuclideHalfLife": _number(drug.get(tag_of("RadionuclideHalfLife"), b"")) > 0,
            "SeriesTime": bool(_text(header, "SeriesTime") or _text(header, "AcquisitionTime")),
        }
    return tuple(keyword for keyword, is_there in has.items() if not is_there)


def _drug(header: Header) -> Items:
    """The one radiopharmaceutical's values, trimmed; none where there is none."""
    found = header.by_tag.get(SEQUENCE)
    first = next(iter(found[5] or ()), ()) if found else ()
    return {element[0]: header.data[element[3] : element[4]].strip(b" \0") for element in first}


def _factor(header: Header, tag: int) -> bool:
    creator = (header.raw(CREATOR) or b"").strip(b" \0")
    return creator == PHILIPS_PET and _number(header.raw(tag) or b"") > 0


def _text(header: Header, keyword: str) -> str:
    return (header.raw(tag_of(keyword)) or b"").strip(b" \0").decode("ascii", "replace")


def _number(raw: bytes) -> float:
    """A decimal string's number; 0 for none, and for what is none."""
    try:
        found = float(raw.strip(b" \0"))
    except ValueError:
        return 0.0
    return found if 0 < found < float("inf") else 0.0
