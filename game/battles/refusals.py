"""Why a battle refuses."""

from core.refusals import Conflict, NotAllowed, NotFound, RateLimited


class UnknownBattle(NotFound):
    """There is no such battle."""

    code = "unknown_battle"
    title = "There is no such battle."


class UnknownEnemy(NotFound):
    """No such enemy fights here."""

    code = "unknown_enemy"
    title = "There is no such enemy in this battle."


class NotInBattle(NotAllowed):
    """Only who has joined may do that."""

    code = "not_in_battle"
    title = "You have not joined this battle."


class BattleFull(Conflict):
    """All places are taken."""

    code = "battle_full"
    title = "All places of this battle are taken."


class BattleOver(Conflict):
    """The battle is won or lost."""

    code = "battle_over"
    title = "The battle is over."


class BattleNotWon(Conflict):
    """There is loot only after a win."""

    code = "battle_not_won"
    title = "There is loot only once the battle is won."


class TooSmallAShare(NotAllowed):
    """There is no loot for who left the fight to the others."""

    code = "too_small_a_share"
    title = "You have hardly taken part in this battle."


class LootClaimed(Conflict):
    """Loot is had once."""

    code = "loot_claimed"
    title = "You have claimed your loot of this battle."


class EnemyIsDefeated(Conflict):
    """The enemy lies on the ground already."""

    code = "enemy_defeated"
    title = "This enemy is defeated already."


class FighterFallen(Conflict):
    """Who has no hit points left watches."""

    code = "fighter_fallen"
    title = "You have fallen in this battle."


class TooQuick(RateLimited):
    """An attack before the last one's cooldown is over."""

    code = "attack_cooldown"
    title = "Too quick: an attack takes its time."
