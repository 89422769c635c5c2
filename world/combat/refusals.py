"""Why a fight refuses."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound, RateLimited


class UnknownTarget(NotFound):
    """No such character is in play where the attacker is."""

    code = "unknown_target"
    title = "There is no such character here"


class UnknownCombat(NotFound):
    """There is no such fight, or it is somebody else's."""

    code = "unknown_combat"
    title = "You are in no such fight"


class UnknownAbility(NotFound):
    """There is no such ability."""

    code = "unknown_ability"
    title = "There is no such ability"


class SameFaction(NotAllowed):
    """One's own are not attacked."""

    code = "same_faction"
    title = "You are of one faction"


class AlreadyFighting(Conflict):
    """One of the two is in a fight already; ``details`` says who."""

    code = "already_fighting"
    title = "Already in a fight"


class Shielded(Conflict):
    """Who has just come back from death cannot be attacked for a while."""

    code = "shielded"
    title = "Just back from death, and not to be attacked yet"


class CombatOver(Conflict):
    """The fight has ended."""

    code = "combat_over"
    title = "The fight is over"


class WrongTarget(Invalid):
    """Strikes are for the opponent, healing is for oneself."""

    code = "wrong_target"
    title = "This cannot be done to them"


class LevelTooLow(NotAllowed):
    """The ability is for higher levels."""

    code = "level_too_low"
    title = "Your level is too low"


class NoRemedy(Conflict):
    """The item does not heal."""

    code = "no_remedy"
    title = "This item is of no use in a fight"


class OnCooldown(RateLimited):
    """The ability was used a moment ago."""

    code = "on_cooldown"
    title = "This ability needs time to recover"
