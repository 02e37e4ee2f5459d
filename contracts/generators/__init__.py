"""One module per contract, each with `generate() -> dict[str, object]`: file under `contracts/` to its JSON.

A new module here is found by itself; nothing else needs to change.
"""
