"""What all unit tests share."""

from hypothesis import settings

# Property tests judge answers, not speed: a busy machine must not fail them.
settings.register_profile("studio", deadline=None)
settings.load_profile("studio")
