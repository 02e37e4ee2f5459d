import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.charter.anatomy import LIES_IN, MOST_CHARACTERS, around, overlap, region_words, regions_named


@pytest.mark.parametrize(
    ("label", "regions"),
    [
        ("HEAD", "head"),
        ("Brain", "brain"),
        ("CHEST_ABDOMEN_PELVIS", "abdomen chest pelvis"),
        ("CHESTABDPELVIS", "abdomen chest pelvis"),
        ("CHEST\\ABDOMEN", "abdomen chest"),
        ("C-SPINE", "cervical_spine"),
        ("L SPINE", "lumbar_spine"),
        ("HEADNECK", "head neck"),
        ("ABDOMEN^LIVER", "abdomen liver"),
        ("Thorax venös", "chest"),
        ("WHOLE BODY", "whole_body"),
        ("EXTREMITY", ""),
        ("", ""),
        ("TRUNK? see notes", ""),
    ],
)
def test_a_label_is_read_as_scanners_write_it(label, regions):
    assert regions_named(label) == frozenset(regions.split())


def test_every_region_lies_in_the_body():
    for region in LIES_IN:
        assert "whole_body" in around(region)
        assert regions_named(region) <= frozenset(LIES_IN)


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        (["head"], ["brain"], True),
        (["brain"], ["head"], True),
        (["whole_body"], ["knee"], True),
        (["cervical_spine"], ["neck"], True),
        (["chest"], ["abdomen", "chest", "pelvis"], True),
        (["knee"], ["brain"], False),
        (["chest"], ["abdomen"], False),
        ([], ["brain"], False),
    ],
)
def test_what_one_region_shares_with_others(one, other, is_shared):
    assert overlap(one, other) is overlap(other, one) is is_shared


def test_regions_are_written_for_a_site():
    assert region_words(["skull_base", "chest"]) == "chest, skull base"


@given(st.text())
def test_no_label_surprises_and_none_is_repeated(label):
    assert regions_named(label) <= frozenset(LIES_IN)
    assert regions_named(label) == regions_named(label[:MOST_CHARACTERS])
