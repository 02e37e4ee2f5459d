"""Layers: the same bytes every time, the same versions on both targets, and only what runs there."""

import re
import sys
import zipfile

import pytest

from infra import layers, packages
from infra.deployment import ROOT
from infra.layers import LAYERS, Target, build_layer
from infra.packages import LayerUnavailable

X86_64 = 62  # e_machine of the ELF header
AWS_TAGS = (".cpython-312-x86_64-linux-gnu.so", ".abi3.so")


def names(layer) -> list[str]:
    with zipfile.ZipFile(layer.archive) as archive:
        return archive.namelist()


def sources_of(layer) -> dict[str, bytes]:
    """Everything but bytecode, which may differ from build to build."""
    with zipfile.ZipFile(layer.archive) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith(".pyc")}


def versions(layer) -> set[str]:
    return {
        found[1]
        for name in names(layer)
        if (found := re.fullmatch(r"python/([^/]+)\.dist-info/METADATA", name))
    }


@pytest.mark.parametrize("name", LAYERS)
def test_both_targets_carry_the_same_versions(name):
    assert versions(build_layer(name, Target.HOST)) == versions(build_layer(name, Target.AWS))


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_carries_what_its_lock_says(name):
    lock = (ROOT / "layers" / name / "requirements.txt").read_text(encoding="utf-8")
    locked = {
        (package.lower().replace("-", "_"), version)
        for package, version in re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", lock, re.MULTILINE)
    }

    carried = {tuple(item.lower().rsplit("-", 1)) for item in versions(build_layer(name, Target.AWS))}

    assert carried == locked


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_carries_its_own_sources(name):
    carried = set(names(build_layer(name, Target.HOST)))
    root = ROOT / "layers" / name / "python"

    written = {f"python/{path.relative_to(root).as_posix()}" for path in root.rglob("*.py")}

    assert written <= carried


@pytest.mark.parametrize("name", LAYERS)
def test_every_library_of_the_aws_target_runs_there(name):
    layer = build_layer(name, Target.AWS)
    with zipfile.ZipFile(layer.archive) as archive:
        for library in (item for item in archive.namelist() if re.search(r"\.so(\.|$)", item)):
            assert library.endswith(AWS_TAGS), library
            with archive.open(library) as file:
                header = file.read(20)
            assert header[:4] == b"\x7fELF"
            assert int.from_bytes(header[18:20], "little") == X86_64, library


def test_every_wheel_of_the_aws_target_is_for_linux_or_for_anywhere():
    for name in LAYERS:
        with zipfile.ZipFile(build_layer(name, Target.AWS).archive) as archive:
            for item in archive.namelist():
                if item.endswith(".dist-info/WHEEL"):
                    tags = re.findall(r"^Tag: (.+)$", archive.read(item).decode(), re.MULTILINE)
                    assert any(
                        tag.endswith("-none-any") or re.search(r"manylinux.*x86_64", tag) for tag in tags
                    )


def test_the_same_inputs_give_the_same_bytes(tmp_path, monkeypatch):
    first = build_layer("edge", Target.AWS)
    cache = tmp_path / "build" / "layers"
    cache.mkdir(parents=True)
    monkeypatch.setattr(layers, "ROOT", tmp_path)
    for folder in first.archive.parent.glob("edge-aws-*.packages"):
        (cache / folder.name).symlink_to(folder)

    again = build_layer("edge", Target.AWS, root=ROOT)

    assert again.archive != first.archive
    assert again.digest == first.digest
    assert sources_of(again) == sources_of(first)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_for_this_python_carries_its_bytecode(name):
    carried = set(names(build_layer(name, Target.HOST)))
    python = f"cpython-{sys.version_info.major}{sys.version_info.minor}"

    for source in (item for item in carried if item.startswith("python/corelab") and item.endswith(".py")):
        folder, stem = source.removesuffix(".py").rsplit("/", 1)
        assert f"{folder}/__pycache__/{stem}.{python}.pyc" in carried


def test_a_machine_without_a_registry_is_told_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(layers, "ROOT", tmp_path)
    monkeypatch.setattr(packages, "PAUSE_SECONDS", 0.0)
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))

    with pytest.raises(LayerUnavailable, match=r"after 3 attempts.*connect this machine"):
        build_layer("edge", Target.HOST, root=ROOT)
