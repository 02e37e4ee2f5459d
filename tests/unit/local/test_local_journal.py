import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.aws.journal import Journal, JournalDamaged

records = st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5)), max_size=8)


def test_what_was_written_is_replayed_in_order(tmp_path):
    journal = Journal(tmp_path)
    journal.append("first")
    journal.turn()
    journal.settle(journal.append("second"))

    assert list(Journal(tmp_path).replay(0)) == ["first", "second"]


@given(records, st.data())
def test_a_file_cut_at_any_byte_gives_a_beginning_of_what_was_written(tmp_path_factory, written, data):
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder)
    for record in written:
        journal.append(record)
    path = next(folder.glob("*.jsonl"))
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])

    kept = list(Journal(folder).replay(0))

    assert kept == written[: len(kept)]
    assert len(kept) == whole[:cut].count(b"\n")


def test_damage_before_the_last_record_is_an_error_and_not_an_end(tmp_path):
    journal = Journal(tmp_path)
    for record in ("first", "second", "third"):
        journal.append(record)
    path = next(tmp_path.glob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b"second", b"sec0nd"))

    with pytest.raises(JournalDamaged, match="line 2"):
        list(Journal(tmp_path).replay(0))


def test_what_a_checkpoint_holds_is_forgotten(tmp_path):
    journal = Journal(tmp_path)
    journal.append("in the checkpoint")
    number = journal.turn()
    journal.append("after it")

    journal.forget(number)

    assert list(journal.replay(number)) == ["after it"]
    assert len(list(tmp_path.glob("*.jsonl"))) == 1
