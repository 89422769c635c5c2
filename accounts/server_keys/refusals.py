"""Refusals of calls with a server key."""

from core.refusals import NotAllowed, Unauthenticated


class KeyInvalid(Unauthenticated):
    """There is no such key, or it was revoked."""

    code = "key_invalid"
    title = "Invalid key"


class OutOfScope(NotAllowed):
    """The key may not do this."""

    code = "out_of_scope"
    title = "Out of scope"
