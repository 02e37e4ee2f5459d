"""Before the story: accounts and grants, the charter, the site, its scanner, its subjects."""

import secrets
from typing import Any

from local.story.cast import ADMIN, CAST, YEAR
from local.story.places import CHARTER, SCANNER, SITE, TRIAL
from local.story.rekey import SERIAL
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
        "the manager publishes the charter and registers the site and its qualified scanner"
    ):
        _trial(scene)
    with scene.teller.step("the site registers two subjects"):
        for one in (scene.first, scene.second):
            made = scene.actor("coordinator").run(
                *("subject", "register", one.subject, "--anchor", one.randomized_on.isoformat()),
                *("--trial", TRIAL),
            )
            expect(
                f"visits planned for {one.subject}",
                expected=["BL", "W6"],
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
    manager.run(
        *("site", "register", SITE, "--name", "Example site", "--country", "DEU"),
        *("--timezone", "Europe/Berlin", "--trial", TRIAL),
    )
    manager.run(
        *("scanner", "register", SCANNER, "--site", SITE, "--modality", "MR"),
        *("--manufacturer", "GE Medical Systems", "--model", "SIGNA", "--software", "3"),
        *("--serial", SERIAL, "--qualified-for", "MR_BRAIN"),
        *("--qualified-on", (scene.first.patient.scanned_on - YEAR).isoformat()),
        *("--qualified-until", (scene.first.patient.scanned_on + YEAR).isoformat(), "--trial", TRIAL),
    )
