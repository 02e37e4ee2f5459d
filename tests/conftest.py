"""What holds for every test."""

from hypothesis import settings

settings.register_profile(
    "corelab", deadline=None
)  # a busy machine is no finding; durations are benches' matter
settings.load_profile("corelab")
