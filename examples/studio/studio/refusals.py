"""Refusals of laps and names."""

from gameplatform.extend import Conflict, NotAllowed, NotFound


class TooFast(Conflict):
    """Nobody drives that fast."""

    code = "too_fast"
    title = "Too fast"


class NameOfTheStudio(NotAllowed):
    """Players must not pass for the studio."""

    code = "name_of_the_studio"
    title = "Reserved name"


class NoSuchCar(NotFound):
    """There is no such car in the caller's garage."""

    code = "no_such_car"
    title = "No such car"
