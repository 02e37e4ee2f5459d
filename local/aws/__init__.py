"""The embedded AWS: ministack, started by us, with what it lacks mended."""
