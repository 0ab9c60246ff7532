"""The one error of this package that is a user's to mend."""


class TrainingError(ValueError):
    """What was asked for cannot be done; the message is one clear sentence that says why."""
