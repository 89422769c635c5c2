"""Refusals of battles."""

from core.refusals import Conflict, NotAllowed, NotFound, RateLimited


class UnknownBattle(NotFound):
    """There is no such battle."""

    code = "unknown_battle"
    title = "There is no such battle."


class UnknownEnemy(NotFound):
    """The battle has no such enemy."""

    code = "unknown_enemy"
    title = "There is no such enemy in this battle."


class NotInBattle(NotAllowed):
    """Only users who have joined the battle may do this."""

    code = "not_in_battle"
    title = "You have not joined this battle."


class BattleFull(Conflict):
    """The battle has its maximum number of players."""

    code = "battle_full"
    title = "All places of this battle are taken."


class BattleOver(Conflict):
    """The battle has been won or lost."""

    code = "battle_over"
    title = "The battle is over."


class BattleNotWon(Conflict):
    """Loot can be claimed only after a victory."""

    code = "battle_not_won"
    title = "Loot can be claimed only after a victory."


class NoFairShare(NotAllowed):
    """The user did too small a share of the fight to claim loot."""

    code = "too_small_a_share"
    title = "Your share of this battle was too small."


class LootClaimed(Conflict):
    """The loot has already been claimed."""

    code = "loot_claimed"
    title = "The loot has already been claimed."


class EnemyIsDefeated(Conflict):
    """The enemy has been defeated already."""

    code = "enemy_defeated"
    title = "This enemy is defeated already."


class FighterFallen(Conflict):
    """A fighter without hit points cannot act."""

    code = "fighter_fallen"
    title = "You have fallen in this battle."


class AttackOnCooldown(RateLimited):
    """The attack came before the cooldown of the last one was over."""

    code = "attack_cooldown"
    title = "Too quick: wait for your next attack."
