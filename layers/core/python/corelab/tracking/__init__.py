"""What is expected of each subject and what came: trials, charters, subjects, time points.

Enters: a charter to publish, a subject to register, transmittals that were accepted, verdicts of QC. Leaves:
the tracker, and the word that a time point can be read.
"""
