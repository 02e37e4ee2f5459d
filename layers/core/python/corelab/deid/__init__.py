"""De-identification: originals and facts of a series come in; a pack, its index and a certificate go out.

Narrow and strict: uncompressed CT and MR images. Whatever else arrives is held with a code, never passed on.
Enters: facts, originals by key and version, the charter, the trial's keys. Leaves: pack, index, certificate,
the series' state. Source: DICOM PS3.15 Annex E.
"""
