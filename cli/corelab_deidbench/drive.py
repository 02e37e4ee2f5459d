"""Runs one peer over a folder, file by file; by the Python of the peer's environment.

`drive.py NAME IN OUT REPORT`: what could not be done is in REPORT, by kind; the other files go on.
"""

import contextlib
import io
import json
import logging
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

Run = Callable[[Path, Path], object]  # from one file to another


def dicom_anonymizer() -> Run:
    """dicom-anonymizer, by default rules."""
    module = import_module("dicomanonymizer.simpledicomanonymizer")
    return lambda source, target: module.anonymize_dicom_file(str(source), str(target))


def dicognito() -> Run:
    """dicognito, refusing what says that text is burned in."""
    pydicom = import_module("pydicom")
    one = import_module("dicognito.anonymizer").Anonymizer(seed="bench")
    guard = import_module("dicognito.filters").BurnedInAnnotationGuard("if-yes", "fail")

    def run(source: Path, target: Path) -> None:
        data_set = pydicom.dcmread(source)
        guard.before_each(data_set)
        one.anonymize(data_set)
        data_set.save_as(target)

    return run


def deid() -> Run:
    """Pydicom's deid: flagged pixels left out, headers by its own recipe."""
    header = import_module("deid.dicom")

    def run(source: Path, target: Path) -> None:
        if header.has_burned_pixels([str(source)])["flagged"]:
            message = "flagged"
            raise ValueError(message)
        [done] = header.replace_identifiers([str(source)], save=False, remove_private=True)
        done.save_as(target)

    return run


def dcm_anonymizer() -> Run:
    """dcm-anonymizer, by default rules."""
    module = import_module("dcm_anon.pipeline")
    mapper = import_module("dcm_anon.uid_mapper").UIDMapper("bench")
    return lambda source, target: module.anonymize_file(source, target, mapper)


def grand_challenge_dicom_de_identifier() -> Run:
    """grand-challenge's, by its own procedure."""
    module = import_module("grand_challenge_dicom_de_identifier.deidentifier")
    one = module.DicomDeidentifier()
    return lambda source, target: one.deidentify_file(source, output=target)


def idiscore() -> Run:
    """idiscore, by its default profile."""
    pydicom = import_module("pydicom")
    core = import_module("idiscore.defaults").create_default_core()
    return lambda source, target: core.deidentify(pydicom.dcmread(source)).save_as(target)


PEERS = (dicom_anonymizer, dicognito, deid, dcm_anonymizer, grand_challenge_dicom_de_identifier, idiscore)


def main(name: str, source: str, *, target: str, report: str) -> None:
    """Every file of a folder."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    run = next(peer for peer in PEERS if peer.__name__ == name.replace("-", "_"))()
    failed: Counter[str] = Counter()
    for path in sorted(Path(source).iterdir()):
        out = Path(target) / path.name
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                run(path, out)
        except (Exception, SystemExit) as error:  # noqa: BLE001 -- another's code: whatever it is, it is counted
            failed[type(error).__name__] += 1
            out.unlink(missing_ok=True)
    Path(report).write_text(json.dumps(failed), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], target=sys.argv[3], report=sys.argv[4])
