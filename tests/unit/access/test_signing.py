"""A signature is of one person, operation and object, of that object as it was, and made once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from corelab.access.errors import (
    ChallengeExpired,
    ChallengeForAnother,
    ChallengeUnknown,
    ChallengeUsed,
    NothingToSign,
    SignInStale,
)
from corelab.access.signing import SIGNING, Meaning, Signing, issue_challenge, sign
from corelab.kernel.actors import Actor, Role
from corelab.kernel.canonical import canonical_json, sha256_hex
from corelab.kernel.codec import to_plain
from corelab.kernel.errors import NotFound, SignedOtherVersion
from corelab.kernel.ids import PersonId
from corelab.kernel.write_path import Command, Decision, Key, Kind, execute, get
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import NOW, TRIAL, command_of

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
OPERATION = "reject_transmittal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    colour: str


THING = Kind(room="test", name="thing", model=Thing)


def paint(store: MemoryStore, colour: str, *, command: Command, id: str = "one") -> None:
    decision = Decision(state=Thing(colour=colour), type="ThingPainted.v1", action="thing.paint")
    execute(store, THING, id=id, command=command, step="paint", decide=lambda _: decision)


def request(
    id: str = "reject",
    *,
    person: str = "ann",
    at: datetime = NOW + MINUTE,
    signed_in_at: datetime | None = NOW + 2 * SECOND,
) -> Command:
    """A person's request, with the token of a sign-in."""
    actor = Actor(subject=PersonId(person), role=Role.PM, session="fresh", signed_in_at=signed_in_at)
    return replace(command_of(Role.PM, id=id, now=at), actor=actor, reason="wrong images")


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    paint(made, "red", command=command_of(None, id="red"))
    return made


def challenge(store: MemoryStore, *, id: str = "ask", object: str = "one", person: str = "ann") -> str:
    command = request(id, person=person, at=NOW)
    return issue_challenge(store, command=command, operation=OPERATION, object=object).id


def signed(
    store: MemoryStore,
    command: Command,
    named: str,
    *,
    operation: str = OPERATION,
    id: str = "one",
    meaning: Meaning = Meaning.APPROVAL,
    colour: str = "black",
) -> Command:
    return sign(
        store,
        command=command,
        operation=operation,
        of=THING,
        id=id,
        challenge=named,
        meaning=meaning,
        terms={"colour": colour},
    )


def test_the_act_records_person_meaning_time_and_the_object_as_it_was(store: MemoryStore) -> None:
    named = challenge(store)

    command = signed(store, request(), named)

    state = get(store, SIGNING, trial=TRIAL, id=named).state
    stored = store.get(Key(room="test", trial=TRIAL, kind="thing", id="one"))
    assert stored is not None
    assert command.signature == named
    assert state.act is not None
    assert (state.person, state.act.role, state.act.session) == ("ann", Role.PM, "fresh")
    assert (state.act.meaning, state.act.at) == (Meaning.APPROVAL, NOW + MINUTE)
    assert state.act.signs == command.signs
    assert (command.signs.id, command.signs.version, command.signs.sha256) == (
        "one",
        1,
        sha256_hex(stored.document),
    )


def test_both_steps_are_entries_and_the_act_carries_what_was_signed(store: MemoryStore) -> None:
    named = challenge(store)
    signed(store, request(), named)

    entries = [event for event in store.events.values() if event.room == "signings"]

    assert [event.type for event in entries] == ["ChallengeIssued.v1", "SigningDone.v1"]
    assert (entries[1].signature, entries[1].reason) == (named, "wrong images")
    said = entries[1].data
    assert (said["operation"], said["object"], said["kind"]) == (OPERATION, "one", "thing")
    assert (said["meaning"], said["version"], said["person"]) == ("APPROVAL", 1, "ann")


def test_a_retry_of_the_same_request_finds_the_challenge_used_by_itself(store: MemoryStore) -> None:
    named = challenge(store)
    first = signed(store, request(), named)

    again = signed(store, request(at=NOW + 6 * MINUTE), named)  # five minutes after the act

    assert (again.signature, again.signs) == (first.signature, first.signs)
    assert sum(event.type == "SigningDone.v1" for event in store.events.values()) == 1


def test_a_repeat_of_asking_gets_the_same_challenge(store: MemoryStore) -> None:
    assert challenge(store) == challenge(store)
    with pytest.raises(ChallengeForAnother):
        challenge(store, object="two")


@pytest.mark.requirement("fault-50")
@pytest.mark.parametrize(
    ("command", "error"),
    [
        (request(person="bob"), ChallengeUnknown),
        (request(at=NOW + 11 * MINUTE, signed_in_at=NOW + 11 * MINUTE), ChallengeExpired),
        (request(signed_in_at=None), SignInStale),
        (request(signed_in_at=NOW - MINUTE), SignInStale),
        (request(signed_in_at=NOW.replace(microsecond=0)), SignInStale),  # the second that it was issued in
        (request(at=NOW + 6 * MINUTE), SignInStale),
    ],
)
def test_a_challenge_is_refused(store: MemoryStore, command: Command, error: type[Exception]) -> None:
    named = challenge(store)

    with pytest.raises(error):
        signed(store, command, named)

    assert get(store, SIGNING, trial=TRIAL, id=named).state.act is None


def test_a_challenge_that_nobody_issued_is_refused(store: MemoryStore) -> None:
    with pytest.raises(ChallengeUnknown):
        signed(store, request(), "sgn_00000000000000000000000000")


def test_a_challenge_of_another_trial_is_refused(store: MemoryStore) -> None:
    elsewhere = replace(request("ask", at=NOW), trial="OTHER01")
    named = issue_challenge(store, command=elsewhere, operation=OPERATION, object="one").id

    with pytest.raises(ChallengeUnknown):
        signed(store, request(), named)


def test_a_challenge_signs_nothing_but_what_it_names(store: MemoryStore) -> None:
    paint(store, "blue", command=command_of(None, id="blue"), id="two")
    named = challenge(store)

    with pytest.raises(ChallengeForAnother):
        signed(store, request(), named, id="two")
    with pytest.raises(ChallengeForAnother):
        signed(store, request(), named, operation="release_transmittal")
    with pytest.raises(NotFound):
        signed(store, request(), named, id="three")


@pytest.mark.requirement("fault-53")
def test_a_used_challenge_signs_no_second_request(store: MemoryStore) -> None:
    named = challenge(store)
    signed(store, request("first"), named)

    with pytest.raises(ChallengeUsed):
        signed(store, request("second"), named)


def test_one_request_cannot_take_its_signature_to_another_object(store: MemoryStore) -> None:
    paint(store, "blue", command=command_of(None, id="blue"), id="two")
    named = challenge(store)
    signed(store, request(), named)

    with pytest.raises(ChallengeForAnother):
        signed(store, request(), named, id="two")


def test_what_asks_for_no_signature_has_no_challenge(store: MemoryStore) -> None:
    with pytest.raises(NothingToSign):
        issue_challenge(store, command=request(), operation="read_me", object="one")


def test_a_signature_is_not_put_on_another_version(store: MemoryStore) -> None:
    command = signed(store, request(), challenge(store))
    paint(store, "green", command=command_of(None, id="green"))

    with pytest.raises(SignedOtherVersion):
        paint(store, "black", command=command)

    assert get(store, THING, trial=TRIAL, id="one").state.colour == "green"


@pytest.mark.parametrize("is_done", [False, True], ids=["signed", "done"])
@pytest.mark.parametrize(
    ("reason", "other"),
    [
        ("another reason", {}),
        (None, {}),
        ("wrong images", {"meaning": Meaning.REVIEW}),
        ("wrong images", {"colour": "white"}),
    ],
)
def test_a_retry_that_says_something_else_is_refused(
    store: MemoryStore, *, reason: str | None, other: dict[str, Any], is_done: bool
) -> None:
    named = challenge(store)
    command = signed(store, request(), named)
    if is_done:
        paint(store, "black", command=command)

    with pytest.raises(ChallengeUsed):
        signed(store, replace(request(), reason=reason), named, **other)


@pytest.mark.parametrize(
    "late",
    [
        request(at=NOW + 6 * MINUTE + SECOND),
        request(at=NOW + 6 * MINUTE + SECOND, signed_in_at=NOW + 6 * MINUTE),
        request(signed_in_at=NOW - MINUTE),
        request(signed_in_at=None),
    ],
    ids=["too late", "too late with a fresh sign-in", "signed in before the challenge", "no sign-in"],
)
def test_what_was_signed_and_not_done_is_not_done_by_a_retry_that_is_stale(
    store: MemoryStore, late: Command
) -> None:
    named = challenge(store)
    signed(store, request(), named)

    with pytest.raises(SignInStale):
        signed(store, late, named)


def test_a_signature_whose_object_was_changed_by_another_is_put_on_nothing_later(store: MemoryStore) -> None:
    named = challenge(store)
    signed(store, request(), named)
    paint(store, "green", command=command_of(None, id="green"))

    with pytest.raises(SignedOtherVersion):
        paint(store, "black", command=signed(store, request(at=NOW + 60 * MINUTE), named))


def test_an_act_of_before_its_terms_were_kept_takes_a_fresh_retry_alone(store: MemoryStore) -> None:
    named = challenge(store)
    first = signed(store, request(), named)
    key = Key(room=SIGNING.room, trial=TRIAL, kind=SIGNING.name, id=named)
    state = get(store, SIGNING, trial=TRIAL, id=named).state
    assert state.act is not None
    assert state.act.terms_sha256 is not None
    older = to_plain(replace(state, act=replace(state.act, terms_sha256=None)))
    store.aggregates[key] = replace(store.aggregates[key], document=canonical_json(older))

    assert signed(store, request(), named, colour="white").signs == first.signs
    with pytest.raises(SignInStale):
        signed(store, request(at=NOW + 60 * MINUTE), named)


@pytest.mark.requirement("fault-53")
def test_a_retry_after_the_effect_is_no_second_effect(store: MemoryStore) -> None:
    named = challenge(store)
    paint(store, "black", command=signed(store, request(), named))

    paint(store, "black", command=signed(store, request(at=NOW + 3 * 24 * 60 * MINUTE), named))

    found = get(store, THING, trial=TRIAL, id="one")
    assert (found.version, found.state.colour) == (2, "black")
    effects = [event for event in store.events.values() if event.signature == named]
    assert [event.type for event in effects] == ["SigningDone.v1", "ThingPainted.v1"]


def test_the_challenge_says_when_to_sign_in_and_until_when_it_is_good() -> None:
    state = Signing(signing="sgn_0", person=PersonId("ann"), operation=OPERATION, object="one", issued_at=NOW)

    assert state.sign_in_from == NOW.replace(microsecond=0) + SECOND
    assert state.expires_at == NOW + 10 * MINUTE
