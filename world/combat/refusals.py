"""Refusals of fights."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound, RateLimited


class UnknownTarget(NotFound):
    """No such character is in play in the attacker's place."""

    code = "unknown_target"
    title = "There is no such character here"


class UnknownCombat(NotFound):
    """There is no such fight, or it belongs to others."""

    code = "unknown_combat"
    title = "You are not in this fight"


class UnknownAbility(NotFound):
    """There is no such ability."""

    code = "unknown_ability"
    title = "There is no such ability"


class SameFaction(NotAllowed):
    """Members of the same faction cannot attack each other."""

    code = "same_faction"
    title = "You belong to the same faction"


class AlreadyFighting(Conflict):
    """One of the two is already in a fight; ``details`` says which."""

    code = "already_fighting"
    title = "Already in a fight"


class Shielded(Conflict):
    """A character that has just respawned cannot be attacked for a while."""

    code = "shielded"
    title = "This character has just respawned and cannot be attacked yet"


class CombatOver(Conflict):
    """The fight has ended."""

    code = "combat_over"
    title = "The fight is over"


class WrongTarget(Invalid):
    """Attacks must target the opponent, and healing oneself."""

    code = "wrong_target"
    title = "You cannot target this character"


class LevelTooLow(NotAllowed):
    """The ability requires a higher level."""

    code = "level_too_low"
    title = "Your level is too low"


class NoRemedy(Conflict):
    """The item does not heal."""

    code = "no_remedy"
    title = "This item is of no use in a fight"


class OnCooldown(RateLimited):
    """The ability is on cooldown."""

    code = "on_cooldown"
    title = "This ability needs time to recover"
