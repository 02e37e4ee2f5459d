"""What can be wrong with a registration."""

from corelab.kernel.errors import InvalidInput


class QualificationIncomplete(InvalidInput):
    """A scanner qualified for a procedure has no dates, or dates the wrong way round."""

    code = "QLF-001"
