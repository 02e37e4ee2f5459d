"""The page's chapters on images: a slice before and after, contact sheets, the query."""

from collections.abc import Iterator

from local.story.complete import Complete
from local.story.packs import Slice
from local.story.pictures import contact_sheet, data_url, grey
from local.story.repaired import FORGOTTEN, Repaired
from local.story.report import Cell, Markup, Report, figure, heading, marked, quote, side_by_side, table

HEADER = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientAge", "AccessionNumber"),
    *("InstitutionName", "ReferringPhysicianName", "OperatorsName", "StudyDate", "AcquisitionDate"),
    *("StudyInstanceUID", "DeviceSerialNumber", "StationName", "SeriesDescription", "PatientIdentityRemoved"),
    *("ClinicalTrialProtocolID", "ClinicalTrialSubjectID", "ClinicalTrialTimePointID"),
    *("Manufacturer", "ManufacturerModelName", "MagneticFieldStrength", "RepetitionTime", "EchoTime"),
)
DONE_TO_ELEMENTS = {
    "kept": "elements kept",
    "removed": "removed",
    "emptied": "emptied",
    "replaced": "replaced",
    "uids": "UIDs mapped",
    "dates": "dates shifted",
    "private_kept": "private elements kept by the safe list",
    "private_removed": "private elements removed",
}
MIDDLE = 9  # of 20 slices: eyes and brain are both in it
WHOLE_SERIES = 20


def images_of_first(report: Report, *, complete: Complete) -> None:
    """Step 1: a slice before and after, and the whole series."""
    before, after = complete.originals[MIDDLE], complete.pack.slices[MIDDLE]
    counts = complete.pack.certificate["counts"]
    report.add(
        f"1. Subject {complete.series['subject']}: a complete series becomes READABLE",
        "Left: the slice as the hospital sent it. Right: the same slice out of the de-identified pack. "
        f"All {len(complete.pack.slices)} slices have their pixels as before, byte for byte; the headers "
        "hold no identity any more. The identities on this page are fictitious.",
        side_by_side(
            figure(data_url(grey(before.data)), "as sent", width=300),
            figure(data_url(grey(after.data)), "as packed", width=300),
        ),
        table(("Attribute", "As sent", "As packed"), _compared(before, after)),
        f"The certificate, over {counts['instances']} instances: {_counted(counts)}.",
        heading("The series as packed"),
        figure(
            data_url(contact_sheet([grey(one.data) for one in complete.pack.slices])),
            f"{len(complete.pack.slices)} slices, {complete.pack.size_bytes / 1e6:.1f} MB in one object",
        ),
    )


def images_of_second(report: Report, *, repaired: Repaired) -> None:
    """Step 2: what was missing, the question in words, what came then."""
    there = {one.number: one for one in repaired.first_pack.slices}
    numbers = [one.number for one in repaired.pack.slices]
    gapped = [grey(there[number].data) if number in there else None for number in numbers]
    lines: list[Markup | str] = [part for line in repaired.opened["lines"] for part in _line(line)]
    report.add(
        f"2. Subject {repaired.opened['subject']}: three slices are missing, and come",
        f"The site's first upload held {len(there)} of {WHOLE_SERIES} files; slices "
        f"{', '.join(map(str, FORGOTTEN))} had been forgotten. QC saw the gaps and asked the site:",
        *lines,
        figure(
            data_url(contact_sheet(gapped)), "the first upload; crossed squares are slices that did not come"
        ),
        "The site sent the complete series. The check passed, and the query closed by itself:",
        table(
            ("When (UTC)", "By", "What happened to the query"),
            [
                (repaired.opened["opened_at"][:19].replace("T", " "), "SYSTEM", "opened"),
                *(
                    (turn["at"][:19].replace("T", " "), turn["by"], turn["action"].replace("_", " "))
                    for turn in repaired.closed["thread"]
                ),
            ],
        ),
        figure(
            data_url(contact_sheet([grey(one.data) for one in repaired.pack.slices])),
            "the same series after the second upload: complete, READABLE",
        ),
    )


def _line(line: dict[str, str]) -> Iterator[Markup | str]:
    yield quote(line["text"])
    yield f"Check {line['check']}, {line['severity'].lower()}; charter section {line['section']}."


def _compared(before: Slice, after: Slice) -> Iterator[tuple[Cell, Cell, Cell]]:
    for keyword in HEADER:
        was, is_now = (str(one.header.get(keyword, "")) for one in (before, after))
        if not was and not is_now:
            continue
        yield (
            keyword,
            marked(was, style="was") if was != is_now and was else was,
            is_now or marked("removed or emptied", style="gone"),
        )


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts[name]} {words}" for name, words in DONE_TO_ELEMENTS.items() if counts[name])
