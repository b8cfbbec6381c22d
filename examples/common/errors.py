"""The error that the demo shows without a traceback."""


class DemoError(Exception):
    """Something that the user can act on: one message, no traceback."""
