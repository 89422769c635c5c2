"""Servers that the platform brings along and starts itself where none is given."""


class EmbeddedServerError(RuntimeError):
    """An embedded server cannot run here; the message is one sentence that says what to set instead."""
