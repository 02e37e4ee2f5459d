"""Meaning that every room shares: ids, canonical JSON, errors, actors, events, machines, the write path.

Nothing here knows a room, AWS, a clock or chance. Time, ids and keys come in as arguments.
"""
