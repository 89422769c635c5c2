"""Bundled servers that the platform starts itself when none is configured."""


class EmbeddedServerError(RuntimeError):
    """An embedded server cannot run here; the message says what to configure instead."""
