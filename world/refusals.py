"""Why something about the shared world is refused."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound


class UnknownCharacter(NotFound):
    """There is no such character, or it is none of the caller's."""

    code = "unknown_character"
    title = "There is no such character"


class NoCharacterInPlay(Conflict):
    """The user plays no character at the moment."""

    code = "no_character"
    title = "Select a character first"


class NotInPlay(Conflict):
    """That character is not in the world at the moment."""

    code = "not_in_play"
    title = "Not in the world at the moment"


class UnknownFaction(Invalid):
    """There is no such faction."""

    code = "unknown_faction"
    title = "There is no such faction"


class NoHome(Conflict):
    """The faction has no place yet where its characters begin."""

    code = "no_home"
    title = "This faction has no home"


class CharacterNameTaken(Conflict):
    """Somebody has a character of this name, in whatever case."""

    code = "character_name_taken"
    title = "This name is taken"


class TooManyCharacters(Conflict):
    """The user has as many characters as one may have."""

    code = "too_many_characters"
    title = "Too many characters"


class NotThere(Conflict):
    """The character is somewhere else than the client believes."""

    code = "not_there"
    title = "The character is somewhere else"


class NotInWorld(Conflict):
    """The user is not in the world, or hears nothing from the caller: it is not said which."""

    code = "not_in_world"
    title = "Not in the world at the moment"


class StaffOnly(NotAllowed):
    """Only the staff may do that, and of it those whose role says so."""

    code = "staff_only"
    title = "Only for the staff"


class ImpossibleMove(Conflict):
    """Nobody gets there so quickly, or the place ends before; the character is where it was."""

    code = "impossible_move"
    title = "That is not possible"


class NoPath(Conflict):
    """No path leads from here to there."""

    code = "no_path"
    title = "No path leads there"
