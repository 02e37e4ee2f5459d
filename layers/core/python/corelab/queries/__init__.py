"""Queries: structured questions to a site, one per transmittal and contact, their findings as lines.

Enters: a time point's verdict (`TimePointJudged.v1`); what is held or has no place, and what was decided
on it (`TransmittalQuarantined.v1`, `StudyUnmatched.v1` and their like); a site's answer, a manager's
decision.
Leaves: a query opened, answered, reopened, closed or cancelled. A query whose every line's check passes on
new data closes by itself, and so does one about what was decided.
"""
