"""De-identification: originals and facts of a series come in; a pack, its index and a certificate go out.

Narrow and strict: images of the classes that `data/image_classes.csv` names. Whatever else
arrives is held with a code, never passed on; where text may stand in the pixels, a person looks first.
Enters: facts, originals by key and version, the charter, the trial's keys. Leaves: pack, index, certificate,
the series' state. Source: DICOM PS3.15 Annex E.
"""
