"""Every real series that the engine delivers passes; a token put back into any of them is found."""

import pytest

from corelab.deid.instance import Deidentifier
from corelab.deid.uids import KeyedUids
from corelab.dicom.scan import scan_header
from corelab.kernel.errors import CorelabError
from corelab.proof.reading import opened
from tests.fakes.images import ASSIGNMENT, OFFSET_DAYS, PROFILE, STRICTEST, UID_KEY
from tests.fakes.proofs import changed, prover
from tests.fakes.real_dicom import BESIDE, BUNDLED, bundled

FOLDERS = sorted(path.name for path in BESIDE.iterdir() if path.is_dir()) if BESIDE.is_dir() else []
NAME, MAKER = 0x00100010, 0x00080070


def series_of(paths):
    """Files by series, those that can be read."""
    found = {}
    for path in paths:
        data = path.read_bytes()
        try:
            uid = scan_header(data).raw(0x0020000E)
        except CorelabError:
            continue
        found.setdefault(uid, []).append(data)
    return found.values()


def delivered(files, profile):
    """Pairs of what the engine delivers of a series."""
    engine = Deidentifier(
        profile=profile,
        assignment=ASSIGNMENT,
        uids=KeyedUids(UID_KEY),
        offset_days=OFFSET_DAYS,
        is_cleared=True,
    )
    for data in files:
        try:
            made = engine.clean(data)
        except CorelabError:
            continue
        yield data, made.file


def proved(pairs, profile):
    proving = prover(profile, is_cleared=True)
    for original, made in pairs:
        proving.look(original, made)
    return proving.verdict()


@pytest.mark.parametrize("profile", [PROFILE, STRICTEST], ids=["options", "strictest"])
@pytest.mark.parametrize("name", BUNDLED)
def test_what_the_engine_makes_of_bundled_files_passes(name, profile):
    pairs = list(delivered([bundled(name).read_bytes()], profile))

    assert not pairs or proved(pairs, profile).found == ()


@pytest.mark.parametrize("profile", [PROFILE, STRICTEST], ids=["options", "strictest"])
@pytest.mark.parametrize("folder", FOLDERS)
def test_what_the_engine_makes_of_real_series_passes(folder, profile):
    for files in series_of(path for path in sorted((BESIDE / folder).glob("**/*")) if path.is_file()):
        pairs = list(delivered(files, profile))
        assert not pairs or proved(pairs, profile).found == ()


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_real_name_that_is_put_back_is_found(folder):
    for files in series_of(path for path in sorted((BESIDE / folder).glob("**/*")) if path.is_file()):
        for original, made in list(delivered(files, PROFILE))[:1]:
            source = opened(original)
            node = next((one for one in source.elements if one.tag == NAME), None)
            name = b"" if node is None else source.data[node.value : node.end].strip(b" \0")
            if len(name.strip(b"^=. ")) < 4:
                continue
            implicit = opened(made).syntax == "1.2.840.10008.1.2"
            verdict = proved([(original, changed(made, {MAKER: ("LO", name)}, implicit=implicit))], PROFILE)
            assert "token" in {one.check for one in verdict.found}
