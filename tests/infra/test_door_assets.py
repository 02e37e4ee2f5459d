"""What each door ships: its room's folder, and nothing else."""

import json

from infra.deployment import ROOT


def test_a_door_ships_the_files_of_its_room_and_no_others(local):
    for door, function in local.doors.items():
        room, name = door.split("/")
        digest = function.properties["Code"]["S3Key"].removesuffix(".zip")
        folder = local.folder / f"asset.{digest}"

        shipped = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

        written = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / "functions" / room).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert shipped == written
        assert f"functions/{room}/{name}.py" in shipped


def test_every_door_that_was_written_is_deployed(local):
    written = {
        path.relative_to(ROOT / "functions").with_suffix("").as_posix()
        for path in (ROOT / "functions").glob("*/*.py")
        if "\ndef handler(" in path.read_text(encoding="utf-8")
        or "\nhandler = " in path.read_text(encoding="utf-8")
    }

    assert set(local.doors) == written


def test_the_manifest_names_every_asset_that_a_template_asks_for(assembly):
    for stack in assembly.raw:
        manifest = json.loads((assembly.folder / f"{stack}.assets.json").read_text())
        known = set(manifest["files"])
        for kind in ("AWS::Lambda::Function", "AWS::Lambda::LayerVersion"):
            for resource in assembly.of(kind):
                if resource.stack == stack:
                    content = resource.properties.get("Code") or resource.properties["Content"]
                    assert content["S3Key"].removesuffix(".zip") in known
