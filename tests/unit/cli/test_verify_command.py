import json

import httpx
import pytest

from corelab_cli.errors import CANNOT_RUN, DONE, HELD
from corelab_cli.main import main
from tests.fakes.ledger_export import LOG, clean_export, segment_path
from tests.fakes.memory_ledger import public_key_pem


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key.pem"
    path.write_bytes(public_key_pem())
    return path


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    for name, data in clean_export([3, 4, 2]).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_a_good_export_verifies_without_profile_or_network(export, key, capsys):
    assert main(["verify", str(export), "--key", str(key)]) == DONE
    assert "The ledger verifies." in capsys.readouterr().out


def test_a_flipped_byte_exits_with_held_and_the_place_is_told(export, key, capsys):
    path = export / segment_path(1)
    data = bytearray(path.read_bytes())
    at = data.index(b"transmittal.move")
    data[at] ^= 1
    path.write_bytes(data)

    assert main(["verify", str(export), "--key", str(key), "--json"]) == HELD
    report = json.loads(capsys.readouterr().out)
    assert report["verifies"] is False
    assert {problem["byte"] for problem in report["problems"] if problem["cause"] == "ENTRY_CHANGED"} == {at}


def test_an_old_export_is_held_to_the_moment_that_the_reader_knows(export, key):
    given = ["verify", str(export), "--key", str(key), "--as-of"]

    assert main([*given, "2026-03-01T08:01:00Z"]) == DONE
    assert main([*given, "2026-03-05T08:00:00Z"]) == HELD


@pytest.mark.parametrize("moment", ["yesterday", "2026-03-01T08:01:00", "2026-03-01"])
def test_a_moment_without_its_zone_cannot_be_used(export, key, moment, capsys):
    assert main(["verify", str(export), "--key", str(key), "--as-of", moment]) == CANNOT_RUN
    assert "with its time zone" in capsys.readouterr().err


def test_what_is_no_export_or_no_key_cannot_be_verified(export, key, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "no-key.pem").write_text("no key")

    assert main(["verify", str(tmp_path / "empty"), "--key", str(key)]) == CANNOT_RUN
    assert main(["verify", str(tmp_path / "nowhere"), "--key", str(key)]) == CANNOT_RUN
    assert main(["verify", str(export), "--key", str(tmp_path / "no-key.pem")]) == CANNOT_RUN
    assert main(["verify", str(export), "--key", str(tmp_path / "nowhere.pem")]) == CANNOT_RUN
    assert "Traceback" not in capsys.readouterr().err


def handing_out(files, *, named=lambda name: name, page=1_000):
    """An API whose export has these files, on pages of so many."""
    listing = json.loads(files["versions.json"])

    def answer(request):
        if request.url.host == "api.test":
            start = int(request.url.params.get("from", 0))
            shown = listing["versions"][start : start + page]
            plan = {
                "files": [
                    {"file": named(item["file"]), "url": f"https://storage.test/{item['file']}"}
                    for item in shown
                ],
                "versions": json.dumps(listing | {"versions": shown}),
                "key_pem": public_key_pem().decode(),
                "receipt_key_pem": public_key_pem().decode(),
                "next": str(start + page) if start + page < len(listing["versions"]) else None,
            }
            return httpx.Response(200, json=plan)
        name = request.url.path.removeprefix("/")
        return httpx.Response(200, content=files[name]) if name in files else httpx.Response(403)

    return httpx.MockTransport(answer)


def test_an_export_that_was_fetched_verifies(run, tmp_path, key):
    folder = tmp_path / "taken"

    ran = run("ledger", "export", str(folder), "--trial", LOG, transport=handing_out(clean_export([3, 4])))

    assert ran.exit_code == DONE
    assert main(["verify", str(folder), "--key", str(key)]) == DONE
    assert (folder / "key.pem").read_bytes() == public_key_pem()


@pytest.mark.parametrize("page", [1, 2, 5])
def test_an_export_in_pages_is_fetched_to_its_end(run, tmp_path, key, page):
    files = clean_export([3, 4, 1])
    folder = tmp_path / "taken"

    ran = run("ledger", "export", str(folder), "--trial", LOG, transport=handing_out(files, page=page))

    assert ran.exit_code == DONE
    assert main(["verify", str(folder), "--key", str(key)]) == DONE
    assert {path: (folder / path).read_bytes() for path in files if path != "versions.json"} == {
        path: data for path, data in files.items() if path != "versions.json"
    }
    assert json.loads((folder / "versions.json").read_bytes()) == json.loads(files["versions.json"])


def test_an_export_is_not_mixed_with_what_is_there(run, export):
    ran = run("ledger", "export", str(export), "--trial", LOG, transport=handing_out(clean_export([3])))

    assert ran.exit_code == CANNOT_RUN
    assert "is not empty" in ran.err


@pytest.mark.parametrize("evil", ["../outside", "/outside", "ledger/../../outside"])
def test_a_name_outside_the_folder_is_refused(run, tmp_path, evil):
    transport = handing_out(clean_export([3]), named=lambda _: evil)

    ran = run("ledger", "export", str(tmp_path / "taken"), "--trial", LOG, transport=transport)

    assert ran.exit_code == CANNOT_RUN
    assert not (tmp_path / "outside").exists()
