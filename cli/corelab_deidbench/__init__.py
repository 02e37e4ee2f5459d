"""How much identity a de-identification lets through: measured by traps of our own.

Theory of operation. `corpus` makes, by a seed, small DICOM files. Most are traps: one piece of identity, one
token that occurs nowhere else, in one carrier; the others are sound studies, to see what use is left. A
candidate (Corelab, or another tool in an environment of its own) turns a folder into a folder. `judging`
finds the tokens again in whatever came out, by its own reading, in several encodings and forms; `use` looks
at what should have stayed. `table` says both, with 95 % bounds.

This package shares no code with what it measures: no `corelab`, no pydicom, no numpy.
"""
