"""Refusals of support."""

from core.refusals import Conflict, NotAllowed


class ErasedAlready(Conflict):
    """The account is erased: nothing can be done to it any more."""

    code = "erased"
    title = "This account is erased"


class ErasureAsked(Conflict):
    """The erasure has been asked for and waits for another operator."""

    code = "erasure_asked"
    title = "The erasure of this account waits for another operator"


class ErasureDecided(Conflict):
    """The request was approved or withdrawn."""

    code = "erasure_decided"
    title = "This request has been decided"


class FourEyes(NotAllowed):
    """Nobody approves their own request."""

    code = "four_eyes"
    title = "Another operator has to approve this"
