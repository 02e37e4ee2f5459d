"""The demo: one story, told by the real stack on this machine through the real client."""
