"""Queries: structured questions to a site, one per transmittal and contact, their findings as lines.

Enters: a time point's verdict (`TimePointJudged.v1`), a site's answer, a manager's decision.
Leaves: a query opened, answered, reopened, closed or cancelled. A query whose every line's check passes on
new data closes by itself.
"""
