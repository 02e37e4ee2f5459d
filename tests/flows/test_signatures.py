"""A signature on the deployed system: a challenge, a sign-in of its own, once, for one thing."""

from tests.fakes.brain_series import Patient, brain

REJECT = "reject_transmittal"


def wrongly_sent(trial, number):
    """Two transmittals of one subject that are held: their images are of somebody else."""
    subject, other = trial.enrol(f"101-07{number}1"), trial.enrol(f"101-07{number}2")
    patient = Patient(id=f"KM-57{number}")
    trial.send(subject, brain(patient, slices=2))
    held = [trial.send(other, brain(patient, slices=2)), trial.send(other, brain(patient, slices=3))]
    assert [receipt["state"] for receipt in held] == ["QUARANTINED", "QUARANTINED"]
    return [receipt["transmittal"] for receipt in held]


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["detail"].endswith(".")
    return True


def test_a_held_transmittal_is_rejected_with_a_signature_and_not_without(trial):
    held, other = wrongly_sent(trial, 1)
    path, seen = f"/transmittals/{held}/reject", {"held_under": trial.receipt(held)["code"]}

    unsigned = trial.call(
        "analyst", "POST", f"/v1/trials/DEMO01{path}", {"reason": "wrong", "signature": None} | seen
    )
    unreasoned = trial.signed("analyst", path, REJECT, held, reason=None)
    by_a_site = trial.call("coordinator", "POST", f"/v1/trials/DEMO01{path}", {"reason": "wrong"} | seen)
    challenge, token = trial.challenge("analyst", REJECT, held), trial.people.signed_in("analyst")
    done = trial.signed("analyst", path, REJECT, held, challenge=challenge, token=token, key="reject-1")
    again = trial.signed("analyst", path, REJECT, held, challenge=challenge, token=token, key="reject-1")
    changed = trial.signed(
        "analyst", path, REJECT, held, challenge=challenge, token=token, key="reject-1", reason="other"
    )
    used = trial.signed("analyst", path, REJECT, held, challenge=challenge, token=token)
    elsewhere = trial.signed(
        "analyst", f"/transmittals/{other}/reject", REJECT, other, challenge=challenge, token=token
    )

    assert refused(unsigned, 422, "ACC-424")
    assert refused(unreasoned, 422, "ACC-423")
    assert by_a_site.status_code == 403
    assert (done.status_code, done.json()["state"]) == (200, "REJECTED"), done.text
    assert (again.status_code, again.json()) == (200, done.json())
    assert refused(changed, 403, "ACC-432")
    assert refused(used, 403, "ACC-432")
    assert refused(elsewhere, 403, "ACC-433")
    assert trial.receipt(other)["state"] == "QUARANTINED"
    as_it_was, entry = trial.get("manager", "/history", object="transmittal", id=held)["entries"][-2:]
    (issued, act) = trial.get("manager", "/history", object="signing", id=challenge)["entries"]
    assert (entry["type"], entry["signature"]) == ("TransmittalRejected.v1", challenge)
    assert (issued["type"], act["type"]) == ("ChallengeIssued.v1", "SigningDone.v1")
    assert (act["data"]["meaning"], act["data"]["object"]) == ("APPROVAL", held)
    assert act["data"]["person"] == entry["actor"] == trial.people.ids["analyst"]
    assert act["data"]["sha256"] == entry["before"] == as_it_was["after"]
    assert act["data"]["version"] == entry["version"] - 1


def test_whoever_has_not_just_signed_in_or_holds_anothers_challenge_signs_nothing(trial):
    held, _ = wrongly_sent(trial, 2)
    path = f"/transmittals/{held}/reject"
    mine = trial.challenge("analyst", REJECT, held)
    invented = "sgn_0" + "A" * 25

    early = trial.signed("analyst", path, REJECT, held, challenge=mine, token=trial.people.token("analyst"))
    copied = trial.signed("manager", path, REJECT, held, challenge=mine)
    unknown = trial.signed("analyst", path, REJECT, held, challenge=invented)
    of_nothing = trial.call(
        "analyst",
        "POST",
        "/v1/trials/DEMO01/signing-challenges",
        {"operation": "read_transmittal", "object": held},
    )
    by_a_site = trial.call(
        "coordinator",
        "POST",
        "/v1/trials/DEMO01/signing-challenges",
        {"operation": REJECT, "object": held},
    )

    assert refused(early, 403, "ACC-434")
    assert refused(copied, 403, "ACC-430")
    assert refused(unknown, 403, "ACC-430")
    assert refused(of_nothing, 400, "ACC-436")
    assert refused(by_a_site, 403, "ACC-403")
    assert trial.receipt(held)["state"] == "QUARANTINED"
