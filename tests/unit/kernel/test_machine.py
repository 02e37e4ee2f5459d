import pytest

from corelab.kernel.actors import Role
from corelab.kernel.errors import IllegalMove, NotAllowed, ReasonMissing, SignatureMissing
from corelab.kernel.machine import Machine, to

DOOR = Machine(
    name="door",
    initial="OPEN",
    moves={
        ("OPEN", "shut"): to("SHUT", "SITE|PM"),
        ("SHUT", "seal"): to("SEALED", "PM", reason=True, signed=True),
        ("SEALED", "break"): to("OPEN", "PM+DM", reason=True, signed=True),
    },
)


def test_a_move_of_the_table_leads_on():
    assert DOOR.move("OPEN", "shut", by=Role.SITE) == "SHUT"
    assert DOOR.move("SHUT", "seal", by=Role.PM, reason="done", is_signed=True) == "SEALED"


@pytest.mark.parametrize("pair", [("OPEN", "seal"), ("SHUT", "shut"), ("NOWHERE", "shut")])
def test_a_pair_outside_the_table_is_refused(pair):
    with pytest.raises(IllegalMove):
        DOOR.move(*pair, by=Role.PM)


def test_a_role_that_the_table_does_not_name_is_refused():
    with pytest.raises(NotAllowed):
        DOOR.move("OPEN", "shut", by=Role.READER)


def test_what_takes_two_persons_is_not_done_by_one():
    with pytest.raises(NotAllowed):
        DOOR.move("SEALED", "break", by=Role.PM, reason="why", is_signed=True)


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_move_that_asks_for_a_reason_is_refused_without(reason):
    with pytest.raises(ReasonMissing):
        DOOR.move("SHUT", "seal", by=Role.PM, reason=reason, is_signed=True)


def test_a_move_that_asks_for_a_signature_is_refused_without():
    with pytest.raises(SignatureMissing):
        DOOR.move("SHUT", "seal", by=Role.PM, reason="done")


def test_the_machine_knows_its_states():
    assert DOOR.states == {"OPEN", "SHUT", "SEALED"}
