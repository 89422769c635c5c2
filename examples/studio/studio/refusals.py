"""Refusals of laps and names."""

from gameplatform.extend import Conflict, NotAllowed


class TooFast(Conflict):
    """Nobody drives that fast."""

    code = "too_fast"
    title = "Too fast"


class NameOfTheStudio(NotAllowed):
    """Players must not pass for the studio."""

    code = "name_of_the_studio"
    title = "Reserved name"
