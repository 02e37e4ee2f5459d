"""What a folder is judged by, and for which time point."""

from dataclasses import dataclass, field, replace

from corelab.charter.model import Charter, Visit, VisitKind
from corelab.charter.wire import compile_charter
from corelab.kernel.ids import SiteId, SubjectId

NOT_NAMED = "(not named)"
WITHOUT_VISIT = "this time point"
REGISTRY = "only the core lab's registry says it"
MANIFEST = "only an upload has a manifest"
NOT_HERE = {
    "EQ-01": REGISTRY,
    "EQ-03": REGISTRY,
    "ID-02": "it needs the subject's anchor date and other visits",
    "INT-25": MANIFEST,
}
SUBJECT_CHECK, WITHOUT_SUBJECT = "ID-01", "no subject was named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """By which charter a folder is judged, and for whom.

    Attributes
    ----------
    charter_yaml : bytes
        The charter's file.
    site, subject, visit : str
        As the trial has them. Without a visit the folder is judged as one that asks for the procedures that
        are found in it.
    """

    charter_yaml: bytes = field(repr=False)
    site: str = ""
    subject: str = ""
    visit: str = ""

    def compiled(self) -> "Asked":
        """The charter, ready for use.

        Raises
        ------
        corelab.charter.errors.CharterInvalid, corelab.charter.errors.NotInCharter
            The charter has problems, or has no such visit.
        """
        made = compile_charter(self.charter_yaml)
        if self.visit:
            made.charter.visit(self.visit)
        left = {id: why for id, why in self._not_here().items() if id in made.charter.qc.checks}
        checks = {id: setting for id, setting in made.charter.qc.checks.items() if id not in left}
        charter = replace(made.charter, qc=replace(made.charter.qc, checks=checks))
        return Asked(question=self, charter=charter, hash=made.hash, not_judged=left)

    def _not_here(self) -> dict[str, str]:
        return NOT_HERE if self.subject else {SUBJECT_CHECK: WITHOUT_SUBJECT, **NOT_HERE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with its charter compiled.

    Attributes
    ----------
    charter : Charter
        With those checks only that can be made here.
    hash : str
        The whole charter's.
    not_judged : mapping
        The charter's other checks, each with why it cannot be made.
    """

    question: Question
    charter: Charter
    hash: str
    not_judged: dict[str, str]

    @property
    def site(self) -> SiteId:
        """The site, or that it was not named."""
        return SiteId(self.question.site or NOT_NAMED)

    @property
    def subject(self) -> SubjectId:
        """The subject, or that it was not named."""
        return SubjectId(self.question.subject or NOT_NAMED)

    def charter_for(self, procedures: frozenset[str]) -> Charter:
        """The charter, with a visit that asks for the procedures found where none was named."""
        if self.question.visit:
            return self.charter
        order = tuple(one.id for one in self.charter.procedures if one.id in procedures)
        visit = Visit(
            id="",
            label=WITHOUT_VISIT,
            kind=VisitKind.FOLLOW_UP,
            target_day=0,
            window=(0, 0),
            procedures=order,
        )
        return replace(self.charter, visits=replace(self.charter.visits, schedule=(visit,)))
