"""Who is in the story: people of the trial, and fictitious patients."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from local.story.places import NEIGHBOUR_SITE, SITE
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
    Member(user="quality.control", role="QC", by="project.manager"),
    Member(user="reviewer", role="DEID_REVIEWER", by="project.manager"),
    Member(user="neighbour", role="SITE", by="project.manager", site=NEIGHBOUR_SITE),
    Member(user="former.coordinator", role="SITE", by="project.manager", site=SITE),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolments:
    """Every subject that is in the story with a patient behind it.

    Attributes
    ----------
    first, second : Enrolled
        A complete baseline, and one that lacks slices at first.
    echo : Enrolled
        Whose ultrasound, at week 6, has a name in its pixels.
    medium : Enrolled
        Whose images come in a ZIP, beside other things.
    misfiled : Enrolled
        Whose images come under `FILED_UNDER` by mistake.
    """

    first: Enrolled
    second: Enrolled
    echo: Enrolled
    medium: Enrolled
    misfiled: Enrolled

    def __iter__(self) -> Iterator[Enrolled]:
        """All of them."""
        yield from (self.first, self.second, self.echo, self.medium, self.misfiled)


NEVER_SCANNED = "101-0005"  # under whom images of the first subject's patient are filed
FILED_UNDER = "101-0007"
BEFORE_WEEK_6 = timedelta(days=-42)
AT_WEEK_6 = ("echo", "medium")  # their ultrasound; all others at baseline


def enrolled(today: date) -> Enrolments:
    """The subjects, all of them scanned in the last days."""
    people = {
        "first": ("Mustermann^Maximilian", "MUSTER-4711-0815", date(1957, 3, 12), "M", "ACC-90210-A", 5),
        "second": ("Beispielova^Annegret", "MUSTER-1701-0042", date(1964, 11, 5), "F", "ACC-90211-B", 4),
        "echo": ("Echolotova^Theodora", "MUSTER-2718-2818", date(1951, 7, 23), "F", "ACC-90212-C", 6),
        "medium": ("Paketmann^Ottokar", "MUSTER-3141-5926", date(1948, 1, 30), "M", "ACC-90213-D", 5),
        "misfiled": ("Irrlaeufer^Hildegunde", "MUSTER-1618-0339", date(1970, 9, 2), "F", "ACC-90214-E", 4),
    }
    subjects = ("101-0001", "101-0002", "101-0003", "101-0004", "101-0006")
    made = {}
    for subject, (part, (name, patient_id, birth_date, sex, accession, days_ago)) in zip(
        subjects, people.items(), strict=True
    ):
        scanned_on = today - timedelta(days=days_ago)
        patient = Person(
            name=name,
            patient_id=patient_id,
            birth_date=birth_date,
            sex=sex,
            accession=accession,
            scanned_on=scanned_on,
        )
        after = BEFORE_WEEK_6 if part in AT_WEEK_6 else DAYS_FROM_SCAN_TO_RANDOMIZATION
        made[part] = Enrolled(subject=subject, patient=patient, randomized_on=scanned_on + after)
    return Enrolments(**made)
