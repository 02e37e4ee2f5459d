"""The demo: one story, told by the real stack on this machine through the real client.

`python -m local demo` calls `main`. Read `demo` first: it names the chapters, one file each.
"""

from local.story.demo import main

__all__ = ["main"]
