"""The imaging charter: one file says what a trial asks for; everything else follows.

`model` is the charter compiled; `compiled` reads and writes its canonical JSON; `conditions`, `rules` and
`windows` are its pure rules. `wire` reads the YAML that a person writes, and only publishing needs it.
"""
