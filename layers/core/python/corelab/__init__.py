"""Corelab: an imaging core lab as software. Pure: no AWS, clock, uuid, random or environment."""

__version__ = "0.1.0"
