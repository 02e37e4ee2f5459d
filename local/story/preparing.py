"""Before the story: accounts and grants, the charter, the site, its scanner, its subjects."""

import secrets
from typing import Any

from local.story.cast import ADMIN, CAST, FILED_UNDER, NEVER_SCANNED, YEAR
from local.story.places import (
    CHARTER,
    NEIGHBOUR_SITE,
    SCANNER,
    SITE,
    TRIAL,
    ULTRASOUND,
    VISIT,
    WEEK_6,
)
from local.story.rekey import PROBE, SERIAL
from local.story.scene import Scene
from local.story.teller import expect


def prepare(scene: Scene) -> None:
    """Everything that the real people do before the first image, done by them."""
    scene.teller.chapter("Before the first image")
    with scene.teller.step(
        "the operator makes the first administrator; the administrator and the manager the rest"
    ):
        _people(scene)
    with scene.teller.step(
        "the manager publishes the charter and registers two sites and the first one's qualified scanners"
    ):
        _trial(scene)
    days = {one.subject: one.randomized_on for one in scene.enrolled}
    days |= dict.fromkeys((NEVER_SCANNED, FILED_UNDER), scene.first.randomized_on)
    with scene.teller.step(f"the site registers {len(days)} subjects"):
        for subject, day in sorted(days.items()):
            made = scene.actor("coordinator").run(
                *("subject", "register", subject, "--anchor", day.isoformat(), "--trial", TRIAL)
            )
            expect(
                f"visits planned for {subject}",
                expected=[VISIT, WEEK_6],
                seen=[point["visit"] for point in made["time_points"]],
            )


def _people(scene: Scene) -> None:
    pool: Any = scene.stage.cloud.client("cognito-idp")
    id = scene.stage.outputs["UserPoolId"]
    pool.admin_create_user(
        UserPoolId=id, Username=ADMIN, MessageAction="SUPPRESS", TemporaryPassword=_password()
    )
    pool.admin_add_user_to_group(UserPoolId=id, Username=ADMIN, GroupName="ADMIN")
    _let_in(scene, pool, user=ADMIN)
    for member in CAST:
        person = scene.actor(ADMIN).run("account", "create", member.user)["person"]
        scene.people[member.user] = person
        site = ("--site", member.site) if member.site else ()
        slot = ("--slot", member.slot) if member.slot else ()
        scene.actor(member.by).run("grant", "give", person, member.role, *site, *slot, "--trial", TRIAL)
        _let_in(scene, pool, user=member.user)


def _let_in(scene: Scene, pool: Any, *, user: str) -> None:  # noqa: ANN401 -- boto3's clients are made at run time
    """Give a password, since no mail leaves this machine, and sign in."""
    password = _password()
    pool.admin_set_user_password(
        UserPoolId=scene.stage.outputs["UserPoolId"], Username=user, Password=password, Permanent=True
    )
    scene.passwords[user] = password
    scene.actor(user).sign_in(password)


def _password() -> str:
    """Chance, with one of each kind that the pool asks for."""
    return f"{secrets.token_urlsafe(24)}aA1!"


def _trial(scene: Scene) -> None:
    manager = scene.actor("project.manager")
    published = manager.run("charter", "publish", str(CHARTER), "--trial", TRIAL)
    linted = manager.run("charter", "lint", str(CHARTER))
    expect("the published charter's hash", expected=linted["hash"], seen=published["hash"])
    scene.charter_hash = published["hash"]
    for site, name in ((SITE, "Example site"), (NEIGHBOUR_SITE, "Neighbouring site")):
        manager.run(
            *("site", "register", site, "--name", name, "--country", "DEU"),
            *("--timezone", "Europe/Berlin", "--trial", TRIAL),
        )
    _scanner(scene, SCANNER, kind="MR", model="SIGNA", serial=SERIAL, procedure="MR_BRAIN")
    _scanner(scene, ULTRASOUND, kind="US", model="VOLUSON", serial=PROBE, procedure="US_ABDOMEN")


def _scanner(scene: Scene, scanner: str, *, kind: str, model: str, serial: str, procedure: str) -> None:
    day = scene.first.patient.scanned_on
    scene.actor("project.manager").run(
        *("scanner", "register", scanner, "--site", SITE, "--modality", kind),
        *("--manufacturer", "GE Medical Systems", "--model", model, "--software", "3"),
        *("--serial", serial, "--qualified-for", procedure),
        *("--qualified-on", (day - YEAR).isoformat()),
        *("--qualified-until", (day + YEAR).isoformat(), "--trial", TRIAL),
    )
