"""Reads: which reader reads which time point, in which order, blinded.

Enters: a time point that became readable, or no longer is. Leaves: reads queued for the readers of the
subject's pair, in an order that anyone with the charter's seed can reproduce.
"""
