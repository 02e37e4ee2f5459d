"""The ledger: every action, once, in an order that nobody can change unseen.

Enters: the outbox's events (`kernel.events.Event`), by id. Leaves: segments of leaves, signed checkpoints and
their witness copies, events on the bus, and an export that `verify.py` checks without us.

Everything here is behind `ports`; time comes in as `now`. Start reading at `sequencer`.
"""
