"""A site sends a ZIP as a hospital burns it: what is good in it is worked on, the rest is told in words."""

import io
import tarfile
import zipfile

from tests.fakes.brain_series import Patient, brain


def zipped(**members):
    """A ZIP of named members; a name may be given as a pair (name, content)."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.values():
            made.writestr(name, content)
    return body.getvalue()


def test_of_a_zip_with_a_traversal_a_bomb_and_a_text_the_two_good_images_are_worked_on(trial):
    subject, patient = trial.enrol("101-0850"), Patient(id="KM-5850")
    first, second, third = brain(patient)[:3]
    bomb = zipped(one=("bomb.dcm", bytes(300_000_000)))
    medium = zipped(
        a=("IMAGES/IM0001", first),
        b=("IMAGES/IM0002", second),
        c=("../../../etc/IM0003", third),
        d=("README.TXT", b"Thank you for choosing our hospital."),
    )

    receipt = trial.send(subject, [medium, bomb])
    row = trial.judged(subject)

    assert receipt["state"] == "ACCEPTED"
    assert [one["images"] for one in receipt["containers"] if one["n"] == 1] == [2]
    refused = {(one["n"], one["member"]): one for one in receipt["refused"]}
    assert {n for n, _ in refused} == {1, 2}
    assert all(one["detail"].endswith(".") and one["remedy"].endswith(".") for one in refused.values())
    assert sum(one["objects"] for one in receipt["set_aside"]) == 1
    (series,) = receipt["series"]
    assert trial.series(series["series"])["versions"][0]["instances"] == 2
    assert row["state"] != "READABLE"


def test_a_zip_in_a_zip_and_a_tar_are_opened_and_the_time_point_becomes_readable(trial):
    subject, patient = trial.enrol("101-0851"), Patient(id="KM-5851")
    slices = brain(patient)
    inner = zipped(**{str(n): (f"{n}.dcm", body) for n, body in enumerate(slices[:10])})
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as made:
        for number, content in enumerate(slices[10:]):
            member = tarfile.TarInfo(f"DICOM/{number}")
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))

    receipt = trial.send(subject, [zipped(inner=("CD.zip", inner)), body.getvalue()])
    trial.becomes(subject, "READABLE")

    assert (receipt["state"], receipt["refused"]) == ("ACCEPTED", [])
    assert sum(one["images"] for one in receipt["containers"]) == len(slices)
