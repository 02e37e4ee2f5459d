"""Whatever bytes arrive, and in whatever order: an image or a refusal, and one union."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.dicom.errors import Unreadable
from corelab.ingest.facts import Instance, PixelBytes, union
from corelab.ingest.header import read_image
from corelab.kernel.canonical import canonical_json
from corelab.kernel.codec import to_plain
from tests.fakes.dicom_files import mr_slice

WHOLE = mr_slice(1)


@given(st.lists(st.tuples(st.integers(132, len(WHOLE) - 1), st.integers(0, 255)), max_size=6), st.data())
def test_a_damaged_file_is_read_or_refused_and_its_numbers_can_be_written(changes, data):
    damaged = bytearray(WHOLE)
    for at, byte in changes:
        damaged[at] = byte
    cut = data.draw(st.integers(0, len(WHOLE)))

    for body in (bytes(damaged), bytes(damaged[:cut])):
        try:
            image = read_image(body)
        except (Unreadable, ValueError, LookupError, ArithmeticError):
            continue
        canonical_json([image.number, image.expected_pixel_bytes, image.acquired.time, image.equipment.model])


def instance(n, name, *, pixels, header):
    return Instance(
        n=n,
        key=str(n),
        version_id="1",
        size_bytes=1,
        sha256=f"{name}/{pixels}/{header}",
        sop_uid=str(name),
        number=name,
        pixel_sha256=str(pixels),
        syntax="",
        sop_class="",
        meta_agrees=True,
        pixel_bytes=PixelBytes(expected=1, actual=1),
        study="",
        frame_of_reference="",
        patient="",
    )


arrivals = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 1), st.integers(0, 1)), max_size=12).map(
    lambda drawn: tuple(
        instance(n, name, pixels=pixels, header=header) for n, (name, pixels, header) in enumerate(drawn, 1)
    )
)


@given(arrivals, arrivals)
def test_every_new_object_comes_out_exactly_once(earlier, new):
    before = union((), earlier).instances

    merged = union(before, new)

    counted = sorted((*merged.fresh, *merged.duplicates, *merged.resends, *merged.conflicts))
    assert counted == [item.place for item in new]
    known = {item.sop_uid for item in before}
    held = {item.sop_uid for item in new if item.place in merged.conflicts}
    assert {item.sop_uid for item in merged.instances} == known | {item.sop_uid for item in new} - (
        held - known
    )


@given(arrivals, arrivals)
def test_pixels_that_were_there_first_are_never_replaced(earlier, new):
    before = union((), earlier).instances

    after = {item.sop_uid: item.pixel_sha256 for item in union(before, new).instances}

    assert all(after[item.sop_uid] == item.pixel_sha256 for item in before)


@given(arrivals, arrivals.flatmap(lambda new: st.tuples(st.just(new), st.permutations(new))))
def test_the_order_of_files_never_decides_which_pixels_are_kept(earlier, new):
    before = union((), earlier).instances
    numbered = [tuple(replace(item, n=n) for n, item in enumerate(order, 1)) for order in new]

    first, second = (union(before, order) for order in numbered)

    assert [(item.sop_uid, item.pixel_sha256) for item in first.instances] == [
        (item.sop_uid, item.pixel_sha256) for item in second.instances
    ]
    assert len(first.conflicts) == len(second.conflicts)


@given(arrivals)
def test_sending_what_is_there_again_changes_nothing(new):
    kept = union((), new).instances

    merged = union(kept, kept)

    assert not merged.has_news
    assert merged.instances == kept


@settings(max_examples=50)
@given(st.permutations([1, 2, 3, 4, 5]), st.integers(1, 4))
def test_a_series_sent_in_two_parts_in_any_split_is_the_same_series(order, split):
    parts = [
        tuple(instance(n, n, pixels=0, header=0) for n in part) for part in (order[:split], order[split:])
    ]

    merged = union(union((), parts[0]).instances, parts[1])

    assert to_plain(merged.instances) == to_plain(
        tuple(instance(n, n, pixels=0, header=0) for n in range(1, 6))
    )
