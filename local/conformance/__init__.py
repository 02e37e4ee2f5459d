"""Whether what was deployed is what the template says, read back through AWS's own calls.

An embedded AWS may report CREATE_COMPLETE and keep half of a property; so may a hand
that changed something after the deployment. Every property of every resource is read
back and compared. What may differ is listed, each with its reason, in `allowed`; an
allowance that nothing needed is itself a finding. A resource type without a reader is
an error, never a skip.
"""

from local.conformance.check import Difference, Report, UnknownType, conform

__all__ = ["Difference", "Report", "UnknownType", "conform"]
