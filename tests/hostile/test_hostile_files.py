"""Whatever a file is: refused, held, flagged or accepted as the manifest says; nothing leaks."""

import pytest

from corelab.dicom.errors import PixelsBroken, Unreadable
from corelab.ingest import codes
from corelab.ingest.model import File
from corelab.ingest.reading import Good, read_objects
from corelab.kernel.canonical import sha256_hex
from tests.fakes.images import nested
from tests.fakes.ingest_world import TRIAL
from tests.fakes.memory_bucket import MemoryBucket
from tests.hostile.building import SECRET, Fate, image
from tests.hostile.corpus import CASES, KINDS, counts
from tests.hostile.figures import MOST_MEMORY_BYTES, of_corpus, of_mutations
from tests.hostile.judge import judged


def test_the_corpus_has_every_kind_of_attack():
    assert len(CASES) >= 120
    assert min(counts()[kind] for kind in KINDS) >= 10
    assert len({case.name for case in CASES}) == len(CASES)
    in_a_child = {PixelsBroken.code}  # tests/unit/edge/test_probes_die_alone.py
    assert {case.code for case in CASES} >= {kind.code for kind in Unreadable.__subclasses__()} - in_a_child


def test_every_case_becomes_what_the_manifest_says():
    seen = of_corpus()

    assert seen.misjudged == []
    assert (seen.tracebacks, seen.hangs, seen.leaks) == ([], [], [])
    assert seen.memory_bytes <= MOST_MEMORY_BYTES


def test_ten_thousand_mutations_neither_leak_nor_break_anything():
    seen = of_mutations()

    assert (seen.tracebacks, seen.hangs, seen.leaks) == ([], [], [])
    assert seen.memory_bytes <= MOST_MEMORY_BYTES
    assert min(seen.fates[fate] for fate in (Fate.REFUSED, Fate.HELD, Fate.FLAGGED)) > 100


def test_every_refusal_has_words_and_a_remedy():
    refusals = {case.code for case in CASES if case.fate is Fate.REFUSED}

    assert refusals <= codes.TEXTS.keys()
    for code in refusals:
        text = codes.text_of(code)
        assert text.sentence.endswith(".")
        assert text.remedy.endswith(".")


def test_siblings_of_hostile_files_finish():
    bad = [case.make() for case in CASES if case.fate is Fate.REFUSED and case.kind in ("pixel", "structure")]
    bodies = [image(number=1), *bad, image(number=2)]
    bucket = MemoryBucket()
    files = tuple(
        File(n=n, size_bytes=len(body), sha256=sha256_hex(body)) for n, body in enumerate(bodies, start=1)
    )
    for file, body in zip(files, bodies, strict=True):
        bucket.put(f"incoming/{TRIAL}/tms/{file.n}", body)

    read = read_objects(bucket, trial=TRIAL, transmittal="tms", files=files)

    assert [item.file.n for item in read if isinstance(item, Good)] == [1, len(files)]


@pytest.mark.parametrize("tag", [0x00080104, 0x0028702A, 0x0074100C, 0x30040006])
def test_words_in_attributes_without_a_row_do_not_pass(tag):
    verdict = judged(image(nested({tag: ("LO", b"Mr IDENTITY")})), plants=(SECRET,))

    assert verdict.leaks == ()
