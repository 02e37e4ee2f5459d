"""The `corelab` command: a client of the API, plus what core can do offline."""
