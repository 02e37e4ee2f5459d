"""The trial's own names of its subjects: subject ids and screening ids, wherever a header carries one."""

from dataclasses import dataclass

from corelab.charter.model import Charter
from corelab.ingest.ports import Registry
from corelab.kernel.ids import SiteId, SubjectId, TrialId


def subject_meant(registry: Registry, *, trial: TrialId, site: SiteId, name: SubjectId) -> SubjectId:
    """The site's subject whose id or screening id it is; the name itself where there is none.

    Of other sites' subjects nothing is told.
    """
    named = registry.subject_named(trial, name)
    found = None if named is None else registry.subject(trial, named)
    return name if named is None or found is None or found.site != site else named


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialNames:
    """Names as charter and registry know them."""

    registry: Registry
    trial: TrialId
    charter: Charter

    def subject_named(self, name: str) -> SubjectId | None:
        """Which subject the name means: one that is registered, else one that the charter's form admits."""
        known = self.registry.subject_named(self.trial, name)
        if known is not None:
            return known
        return SubjectId(name) if self.charter.subjects.site_of(SubjectId(name)) is not None else None

    def stand_ins(self, subject: SubjectId) -> tuple[str, ...]:
        """Names that mean the subject."""
        registered = self.registry.subject(self.trial, subject)
        return (subject, *(registered.screening_ids if registered else ()))
