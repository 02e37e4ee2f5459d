"""Containers: ZIP and tar files as hospitals send them, opened in memory under budgets of our own.

Theory of operation. A container is known by its bytes, never by its name. It is surveyed whole before one
byte of a member is used: the survey finds every member, its place and size, and refuses the container where
it is more, or another thing, than it says. What passes is then read member by member, each inflated no
further than it said. A member's name is compared and forgotten: it may hold a person's name.

Work is bounded by bytes and members, not by a clock: the same container gives the same members each time.
"""
