import io
import tarfile

import pytest

from corelab.kernel.canonical import sha256_hex
from corelab.pack.tar import TarWriter


def test_a_tar_opens_everywhere_and_says_nothing_of_its_maker():
    sink = io.BytesIO()
    tar = TarWriter(sink)
    first = tar.add("2.25.1.dcm", (b"one", memoryview(b"two")))
    second = tar.add("2.25.2.dcm", (b"x" * 513,))
    digest = tar.close()

    data = sink.getvalue()
    assert (tar.size_bytes, digest) == (len(data), sha256_hex(data))
    assert data[first : first + 6] == b"onetwo"
    assert data[second : second + 513] == b"x" * 513
    with tarfile.open(fileobj=io.BytesIO(data)) as opened:
        members = opened.getmembers()
        assert [(one.name, one.size, one.mode, one.mtime) for one in members] == [
            ("2.25.1.dcm", 6, 0o444, 0),
            ("2.25.2.dcm", 513, 0o444, 0),
        ]
        assert opened.extractfile(members[0]).read() == b"onetwo"


def test_the_stream_is_written_as_it_comes():
    sizes = []

    class Sink:
        def write(self, chunk):
            sizes.append(len(chunk))

    TarWriter(Sink()).add("a", (b"1" * 512, b"2" * 512))

    assert sizes == [512, 512, 512]


@pytest.mark.parametrize("name", ["a" * 101, "ü"])
def test_a_name_that_does_not_fit_is_refused(name):
    with pytest.raises(ValueError, match=r"100 characters|ascii"):
        TarWriter(io.BytesIO()).add(name, (b"",))
