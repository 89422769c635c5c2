"""Refusals of the shared world."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound


class UnknownCharacter(NotFound):
    """There is no such character, or it belongs to somebody else."""

    code = "unknown_character"
    title = "There is no such character"


class NoCharacterInPlay(Conflict):
    """The user is not playing a character."""

    code = "no_character"
    title = "Select a character first"


class NotInPlay(Conflict):
    """The character is not in the world."""

    code = "not_in_play"
    title = "Not in the world at the moment"


class UnknownFaction(Invalid):
    """There is no such faction."""

    code = "unknown_faction"
    title = "There is no such faction"


class NoHome(Conflict):
    """The faction has no location where characters start."""

    code = "no_home"
    title = "This faction has no home"


class CharacterNameTaken(Conflict):
    """A character with this name exists already; case is ignored."""

    code = "character_name_taken"
    title = "This name is taken"


class TooManyCharacters(Conflict):
    """The user has the maximum number of characters."""

    code = "too_many_characters"
    title = "Too many characters"


class NotThere(Conflict):
    """The character is not in the place that the client named."""

    code = "not_there"
    title = "The character is somewhere else"


class NotInWorld(Conflict):
    """The user is not in the world or the two have blocked each other; the refusal hides which."""

    code = "not_in_world"
    title = "Not in the world at the moment"


class StaffOnly(NotAllowed):
    """Only staff with the necessary role may do this."""

    code = "staff_only"
    title = "Only for the staff"


class ImpossibleMove(Conflict):
    """The move is too fast or leaves the place; the character keeps its position."""

    code = "impossible_move"
    title = "That is not possible"


class NoPath(Conflict):
    """No path connects the two places."""

    code = "no_path"
    title = "No path leads there"
