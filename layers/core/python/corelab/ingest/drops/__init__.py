"""Uploads by other means: what a site's own programs put into the drop bucket becomes a transmittal.

A site borrows keys that can put objects under its own prefix and do nothing else (`lending`). Each object
that arrives is noted under its study (`noting`); a quiet time ends a study (`gathering`); the site then
says whose it is and of which visit (`matching`), and the study's objects are copied into an ordinary
transmittal (`sending`).
"""
