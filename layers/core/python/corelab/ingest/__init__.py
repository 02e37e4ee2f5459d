"""From a site's files to facts: transmittals, their batches, and the screening of every object.

Enters: a transmittal that a site opens, its files' sizes and hashes, the bytes that arrived, the charter,
views of the registry. Leaves: facts per series and version, refused objects with code and remedy, a
transmittal that is ACCEPTED, QUARANTINED or REJECTED.
"""
