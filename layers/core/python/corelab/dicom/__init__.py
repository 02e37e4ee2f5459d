"""DICOM at the level of bytes: read a Part 10 file's structure within budgets, decode, encode.

Standard library only. `scan_header` reads a file or refuses it with a code; nothing here changes an image.
"""
