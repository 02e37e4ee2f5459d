"""Who is in the story: people of the trial, and two fictitious patients."""

from dataclasses import dataclass
from datetime import date, timedelta

from local.story.places import SITE
from local.story.rekey import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who signs in.

    Attributes
    ----------
    by : str
        Who gives the role.
    """

    user: str
    role: str
    by: str
    site: str | None = None
    slot: str | None = None


ADMIN = "admin"
CAST = (
    Member(user="project.manager", role="PM", by=ADMIN),
    Member(user="inspector", role="INSPECTOR", by=ADMIN),
    Member(user="coordinator", role="SITE", by="project.manager", site=SITE),
    Member(user="data.manager", role="DM", by="project.manager"),
    Member(user="reader.1", role="READER", by="project.manager", slot="R01"),
    Member(user="reader.2", role="READER", by="project.manager", slot="R02"),
    Member(user="reader.3", role="READER", by="project.manager", slot="R03"),
)
READERS = {member.slot: member.user for member in CAST if member.slot is not None}

YEAR = timedelta(days=365)
DAYS_FROM_SCAN_TO_RANDOMIZATION = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A subject of the trial, and the patient behind it, whom nobody here may ever see."""

    subject: str
    patient: Person
    randomized_on: date


def enrolled(today: date) -> tuple[Enrolled, Enrolled]:
    """The two subjects, scanned in the last days."""
    people = (
        ("101-0001", "Mustermann^Maximilian", "MUSTER-4711-0815", date(1957, 3, 12), "M", "ACC-90210-A", 5),
        ("101-0002", "Beispielova^Annegret", "MUSTER-1701-0042", date(1964, 11, 5), "F", "ACC-90211-B", 4),
    )
    made = []
    for subject, name, patient_id, birth_date, sex, accession, days_ago in people:
        scanned_on = today - timedelta(days=days_ago)
        patient = Person(
            name=name,
            patient_id=patient_id,
            birth_date=birth_date,
            sex=sex,
            accession=accession,
            scanned_on=scanned_on,
        )
        randomized_on = scanned_on + DAYS_FROM_SCAN_TO_RANDOMIZATION
        made.append(Enrolled(subject=subject, patient=patient, randomized_on=randomized_on))
    return made[0], made[1]
