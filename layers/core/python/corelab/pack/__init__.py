"""A pack: one de-identified series as one uncompressed tar of DICOM files, with an index beside it.

Knows bytes, names and digests; nothing of DICOM.
"""
