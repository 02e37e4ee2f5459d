from datetime import date, timedelta

from local.story.cast import FILED_UNDER, NEVER_SCANNED, enrolled
from local.story.secrecy import identity

TODAY = date(2026, 3, 1)


def test_everybody_has_a_subject_and_an_identity_of_their_own():
    people = [*enrolled(TODAY)]

    subjects = [one.subject for one in people] + [NEVER_SCANNED, FILED_UNDER]
    own = [identity(one) - set.intersection(*map(identity, people)) for one in people]

    assert len({*subjects}) == len(subjects)
    assert sum(map(len, own)) == len(set().union(*own))


def test_everybody_was_scanned_in_the_past_and_within_a_visits_window():
    for one in enrolled(TODAY):
        day = (one.patient.scanned_on - one.randomized_on) / timedelta(days=1)

        assert one.patient.scanned_on < TODAY
        assert -28 <= day <= 7 or 35 <= day <= 49
