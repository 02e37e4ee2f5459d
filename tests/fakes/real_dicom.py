"""Real DICOM files: pydicom's own, and the folder beside the checkout where there is one."""

import warnings
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file

BESIDE = Path(__file__).parents[3] / "shared" / "data"
BUNDLED = ("CT_small.dcm", "MR_small.dcm", "MR_small_implicit.dcm", "eCT_Supplemental.dcm")


def bundled(name: str) -> Path:
    """A file that the pydicom package brings."""
    return Path(get_testdata_file(name, download=False))


def beside(folder: str) -> list[Path]:
    """Files of a folder beside the checkout; skips the test where there is none."""
    found = sorted((BESIDE / folder).glob("**/*.dcm"))
    if not found:
        pytest.skip(f"the real files of {folder} are not beside this checkout")
    return found


def read(data) -> pydicom.Dataset:
    """pydicom's reading, as the oracle; its opinions about real files' values are not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pydicom.dcmread(data)
        for one in found.iterall():
            one.value  # noqa: B018 -- pydicom decodes lazily
    return found
