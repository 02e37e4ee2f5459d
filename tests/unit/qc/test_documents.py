"""The documents that quality control reads are the documents that other rooms write."""

import json

import pytest

from corelab.ingest.facts import facts_json
from corelab.ingest.facts import read_facts as screens_facts
from corelab.pack.index import Index, Instance
from corelab.qc.documents import Facts, read_facts, read_index
from corelab.qc.errors import DocumentUnreadable
from tests.fakes.qc_documents import SERIES, brain, facts_of, index_of

WINDOW = {"opens": "2025-12-13", "target": "2026-01-10", "closes": "2026-01-17"}


def test_facts_that_screen_writes_are_facts_that_checks_read():
    written = facts_json(screens_facts(json.dumps(facts_of(window=WINDOW)).encode()))

    facts = read_facts(json.loads(written))

    assert isinstance(facts, Facts)
    assert facts.recognised is not None
    assert len(facts.instances) == 20


def test_facts_of_a_series_that_nothing_is_known_of_are_read():
    scanner = facts_of()["scanner"] | {"id": None, "qualified_until": None, "qualified_for": []}
    plain = facts_of(recognised=None, day=None, acquired={"date": None, "time": None}, scanner=scanner)

    facts = read_facts(json.loads(facts_json(screens_facts(json.dumps(plain).encode()))))

    assert (facts.recognised, facts.day, facts.acquired.date, facts.scanner.id) == (None, None, None, None)


def test_an_index_gives_the_headers():
    index = read_index(index_of(brain(2)))

    assert [image.header["00200013"] for image in index.instances] == ["1", "2"]


def test_an_index_that_de_identification_writes_is_an_index_that_checks_read():
    instance = Instance(
        sop="2.25.1",
        offset=512,
        length=1000,
        sha256="0" * 64,
        syntax="1.2.840.10008.1.2.1",
        sop_class="1.2.840.10008.5.1.4.1.1.4",
        source_sha256="0" * 64,
        header=brain(1)[0],
        frames=((600, 400),),
        payload_in="0" * 64,
        payload_out="0" * 64,
    )
    written = Index(
        series=SERIES,
        version=1,
        charter="c",
        engine="e",
        tar_bytes=1024,
        tar_sha256="0" * 64,
        instances=(instance,),
    )

    assert read_index(json.loads(written.json())).instances[0].header == brain(1)[0]


@pytest.mark.parametrize("index", [None, [], {}, index_of(brain(2)) | {"version": "1"}])
def test_an_index_of_another_shape_is_refused(index):
    with pytest.raises(DocumentUnreadable):
        read_index(index)


def test_what_a_document_holds_beside_is_its_writers_business():
    assert read_facts(facts_of() | {"invented": "later"}).version == 1
