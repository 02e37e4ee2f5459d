"""The tables of moves of a time point and of a trial."""

from corelab.kernel.machine import Machine, to

PLANNED, DUE, OVERDUE, PARTIAL = "PLANNED", "DUE", "OVERDUE", "PARTIAL"
RECEIVED, READABLE, COMPLETE = "RECEIVED", "READABLE", "COMPLETE"
MISSED, NOT_DONE, CANCELLED = "MISSED", "NOT_DONE", "CANCELLED"

TIME_POINT = Machine(
    name="time_point",
    initial=PLANNED,
    moves={
        (PLANNED, "window_opened"): to(DUE, "SYSTEM"),
        (PLANNED, "received_part"): to(PARTIAL, "SYSTEM"),  # an early scan
        (PLANNED, "received_all"): to(RECEIVED, "SYSTEM"),
        (DUE, "received_part"): to(PARTIAL, "SYSTEM"),
        (DUE, "received_all"): to(RECEIVED, "SYSTEM"),
        (PARTIAL, "received_all"): to(RECEIVED, "SYSTEM"),
        (DUE, "grace_ended"): to(OVERDUE, "SYSTEM"),
        (OVERDUE, "received_part"): to(PARTIAL, "SYSTEM"),
        (OVERDUE, "received_all"): to(RECEIVED, "SYSTEM"),
        (OVERDUE, "set_missed"): to(MISSED, "SITE|PM", reason=True),
        (DUE, "set_not_done"): to(NOT_DONE, "SITE|PM", reason=True),
        (OVERDUE, "set_not_done"): to(NOT_DONE, "SITE|PM", reason=True),
        (MISSED, "received_part"): to(PARTIAL, "SYSTEM"),  # a late upload
        (MISSED, "received_all"): to(RECEIVED, "SYSTEM"),
        (NOT_DONE, "received_part"): to(PARTIAL, "SYSTEM"),
        (NOT_DONE, "received_all"): to(RECEIVED, "SYSTEM"),
        (RECEIVED, "qc_accepted"): to(READABLE, "SYSTEM"),
        (PARTIAL, "read_as_is"): to(READABLE, "PM", reason=True, signed=True),
        (READABLE, "qc_stale"): to(RECEIVED, "SYSTEM"),
        (READABLE, "reads_done"): to(COMPLETE, "SYSTEM"),
        (COMPLETE, "reads_invalidated"): to(READABLE, "SYSTEM"),
        # What came was filed here by mistake (docs/decisions/0141).
        (RECEIVED, "withdrawn_part"): to(PARTIAL, "SYSTEM", reason=True),
        (RECEIVED, "withdrawn_all"): to(PLANNED, "SYSTEM", reason=True),
        (PARTIAL, "withdrawn_all"): to(PLANNED, "SYSTEM", reason=True),
        (PLANNED, "cancel"): to(CANCELLED, "SYSTEM|PM", reason=True),
        (DUE, "cancel"): to(CANCELLED, "SYSTEM|PM", reason=True),
        (CANCELLED, "reinstate"): to(PLANNED, "PM", reason=True),
    },
)

OPEN, SOFT_FROZEN, LOCK_READY = "OPEN", "SOFT_FROZEN", "LOCK_READY"
LOCKED, ARCHIVED = "LOCKED", "ARCHIVED"

TRIAL = Machine(
    name="trial",
    initial=OPEN,
    moves={
        (OPEN, "freeze"): to(SOFT_FROZEN, "PM", reason=True, signed=True),
        (SOFT_FROZEN, "thaw"): to(OPEN, "PM", reason=True),
        (SOFT_FROZEN, "checks_passed"): to(LOCK_READY, "SYSTEM"),
        (LOCK_READY, "check_failed"): to(SOFT_FROZEN, "SYSTEM", reason=True),
        (LOCK_READY, "lock"): to(LOCKED, "PM+DM+MED", reason=True, signed=True),
        (LOCKED, "unlock"): to(OPEN, "PM+DM+MED", reason=True, signed=True),
        (LOCKED, "archive"): to(ARCHIVED, "PM", reason=True, signed=True),
    },
)
