"""Services of fights. Each change is one transaction, so any worker can make it and none is lost.

Locks are taken in this order: characters in ascending order of id, the fight, rows that a death ends, the
players' belongings.
"""

import secrets
from typing import Literal

from django.db import transaction
from django.utils import timezone

from core.ids import UserId
from game.battles.rules import generator
from game.combat import strike
from progression import selectors as progression_selectors
from progression import services as progression
from realtime.connections import limits
from realtime.publishing import publish
from world import selectors as world_selectors
from world import services as world
from world.combat import events, rules, selectors
from world.combat.models import Ability, Combat, Cooldown, Recovery, Remedy, Reward
from world.combat.refusals import (
    AlreadyFighting,
    CombatOver,
    LevelTooLow,
    NoRemedy,
    OnCooldown,
    SameFaction,
    Shielded,
    UnknownCombat,
    UnknownTarget,
    WrongTarget,
)
from world.models import Character
from world.refusals import NotInPlay
from world.rules import CharacterId

MAX_SEED = 2**63


@transaction.atomic
def start(*, user_id: UserId, target_id: CharacterId) -> None:
    """Attack a character of another faction in the same place.

    Raises ``NoCharacterInPlay``, ``UnknownTarget``, ``SameFaction``, ``AlreadyFighting``, ``Shielded``.
    """
    own_id = world_selectors.character_in_play(user_id).pk
    try:
        locked = world.lock_in_play(own_id, target_id)
    except NotInPlay:
        raise UnknownTarget from None
    attacker, target = locked[own_id], locked[target_id]
    if attacker.location_id != target.location_id:
        raise UnknownTarget
    if attacker.faction_id == target.faction_id:
        raise SameFaction
    if selectors.is_fighting(own_id):
        raise AlreadyFighting("You are in a fight already.")
    if selectors.is_fighting(target_id):
        raise AlreadyFighting("They are in a fight already.")
    if selectors.is_shielded(target_id):
        raise Shielded
    combat = Combat.objects.create(
        attacker=attacker,
        defender=target,
        location_id=attacker.location_id,
        seed=secrets.randbelow(MAX_SEED),
        began_at=timezone.now(),
    )
    publish(
        events.CombatStart(
            **_of(combat),
            attacker_id=own_id,
            target_id=target_id,
            location_id=combat.location_id,
            fighters=selectors.fighters([attacker, target]),
        )
    )


def act(
    *,
    user_id: UserId,
    combat_id: int,
    action_type: Literal["attack", "spell", "item"],
    target_id: CharacterId | None,
    ability_name: str | None = None,
    item_id: int | None = None,
) -> None:
    """Strike the opponent, cast a spell, or consume an item to heal. Healing needs no target.

    Raises ``RateLimited``, ``NoCharacterInPlay``, ``UnknownCombat``, ``CombatOver``, ``WrongTarget``; for
    spells ``UnknownAbility``, ``LevelTooLow``, ``OnCooldown``, ``NotEnoughStamina``; for items ``NotOwned``,
    ``NoRemedy``.
    """
    limits.enforce_sync(f"combat:{user_id}", allowed=rules.MAX_ACTIONS, window_s=rules.WINDOW_S)
    with transaction.atomic():
        own_id = world_selectors.character_in_play(user_id).pk
        found = Combat.objects.filter(pk=combat_id).first()
        if found is None or own_id not in (found.attacker_id, found.defender_id):
            raise UnknownCombat
        combat, characters = _locked(found)
        if combat is None or combat.ended_at is not None:
            raise CombatOver
        fight = _Fight(combat, characters[own_id], characters[combat.other(own_id)])
        if action_type == "attack":
            fight.strike(target_id, rules.ATTACK_FACTOR, "attack", None)
        elif action_type == "spell":
            fight.cast(target_id, selectors.ability(ability_name))
        else:
            fight.use(target_id, item_id or 0)


class _Fight:
    """A locked fight in which ``own`` takes one action."""

    def __init__(self, combat: Combat, own: Character, opponent: Character) -> None:
        self.combat, self.own, self.opponent = combat, own, opponent
        self.stats = progression_selectors.combat_stats_of((own.owner_id, opponent.owner_id))
        self.random = generator(combat.seed, combat.step)

    def strike(
        self,
        target_id: CharacterId | None,
        factor: float,
        action_type: Literal["attack", "spell"],
        ability_name: str | None,
    ) -> None:
        own, opponent = self.own, self.opponent
        if target_id != opponent.pk:
            raise WrongTarget("Only the opponent can be struck.")
        theirs = self.stats[opponent.owner_id]
        hit = strike(self.stats[own.owner_id], theirs, self.random, factor=factor)
        opponent.health = max(0, min(opponent.health, theirs.max_hp) - hit.damage)
        opponent.save(update_fields=["health"])
        _count_step(self.combat)
        publish(
            events.CombatDamage(
                **_of(self.combat),
                attacker_id=own.pk,
                target_id=opponent.pk,
                action_type=action_type,
                ability_name=ability_name,
                damage=hit.damage,
                amount=hit.damage,
                critical=hit.critical,
                health=opponent.health,
                max_health=theirs.max_hp,
            )
        )
        if opponent.health == 0:
            _end(self.combat, winner=own, loser=opponent, reason=Combat.Reason.DEFEATED)

    def cast(self, target_id: CharacterId | None, ability: Ability) -> None:
        own, now = self.own, timezone.now()
        level = progression_selectors.player(own.owner_id).level
        if level < ability.level:
            raise LevelTooLow(f"{ability.title} is for level {ability.level} and above.")
        cooldown = Cooldown.objects.filter(character=own, ability=ability).first()
        if cooldown is not None and cooldown.ready_at > now:
            wait = (cooldown.ready_at - now).total_seconds()
            raise OnCooldown(f"{ability.title} needs time to recover.", retry_after=round(wait, 3))
        Cooldown.objects.update_or_create(
            character=own, ability=ability, defaults={"ready_at": now + ability.cooldown}
        )
        if ability.kind == Ability.Kind.DAMAGE:
            self.strike(target_id, ability.power / 100, "spell", ability.name)
        else:
            amount = rules.heal(self.stats[own.owner_id].attack, ability.power, self.random)
            self._heal(target_id, amount, "spell", ability_name=ability.name)
        # The players' belongings are locked last, so also after the rows that a death ends.
        progression.spend_stamina(own.owner_id, amount=ability.stamina_cost, cause=f"spell: {ability.name}")

    def use(self, target_id: CharacterId | None, item_id: int) -> None:
        item = progression.consume_item(self.own.owner_id, stack_id=item_id, cause="combat")
        remedy = Remedy.objects.filter(item__slug=item.slug).first()
        if remedy is None:
            raise NoRemedy(f"{item.name} is of no use in a fight.")
        self._heal(target_id, remedy.heals, "item", item=item.name)

    def _heal(
        self,
        target_id: CharacterId | None,
        amount: int,
        action_type: Literal["spell", "item"],
        *,
        ability_name: str | None = None,
        item: str | None = None,
    ) -> None:
        own = self.own
        if target_id not in (None, own.pk):
            raise WrongTarget("You can heal only yourself.")
        most = self.stats[own.owner_id].max_hp
        before = min(own.health, most)
        own.health = min(most, before + amount)
        own.save(update_fields=["health"])
        _count_step(self.combat)
        publish(
            events.CombatHeal(
                **_of(self.combat),
                target_id=own.pk,
                action_type=action_type,
                ability_name=ability_name,
                item=item,
                amount=own.health - before,
                health=own.health,
                max_health=most,
            )
        )


@transaction.atomic
def flee(*, character_id: CharacterId) -> None:
    """End the fight of a character that left, if it is in one. The caller holds the character's lock."""
    fights = selectors.fights_of(character_id).select_for_update(of=("self",))
    combat = fights.select_related("attacker", "defender").first()
    if combat is not None:
        one, other = combat.attacker, combat.defender
        loser, winner = (one, other) if one.pk == character_id else (other, one)
        _end(combat, winner=winner, loser=loser, reason=Combat.Reason.FLED)


@transaction.atomic
def end_abandoned(*, combat_id: int) -> None:
    """End the fight if one fighter has been disconnected for too long."""
    found = Combat.objects.filter(pk=combat_id).first()
    if found is None:
        return
    combat, characters = _locked(found)
    if combat is None or combat.ended_at is not None:
        return
    long_ago = timezone.now() - rules.GRACE
    gone = Character.objects.filter(pk__in=characters, visit=None, last_seen__lte=long_ago)
    loser = gone.order_by("last_seen", "pk").first()
    if loser is not None:
        _end(
            combat,
            winner=characters[combat.other(loser.pk)],
            loser=characters[loser.pk],
            reason=Combat.Reason.DISCONNECTED,
        )


@transaction.atomic
def recover(*, character_id: CharacterId) -> None:
    """Restore a character's health if it is due and the character is not in another fight."""
    character = Character.objects.select_for_update(no_key=True).filter(pk=character_id).first()
    due, _ = Recovery.objects.filter(character=character_id, at__lte=timezone.now()).delete()
    if character is None or not due or selectors.is_fighting(character_id):
        return
    character.health = world_selectors.max_health(character.owner_id)
    character.save(update_fields=["health"])
    _publish_update(character)


def _locked(combat: Combat) -> tuple[Combat | None, dict[CharacterId, Character]]:
    """Lock and return the fight as it is now, or None if it was deleted, and its characters by id."""
    both = (combat.attacker_id, combat.defender_id)
    characters = Character.objects.select_for_update(no_key=True).filter(pk__in=both).order_by("pk").in_bulk()
    fights = Combat.objects.select_for_update(of=("self",)).select_related("attacker", "defender")
    return fights.filter(pk=combat.pk).first(), characters


def _of(combat: Combat) -> events.Fields:
    return {
        "combat_id": combat.pk,
        "user_ids": [combat.attacker.owner_id, combat.defender.owner_id],
        "step": combat.step,
    }


def _count_step(combat: Combat) -> None:
    combat.step += 1
    combat.save(update_fields=["step"])


def _end(combat: Combat, *, winner: Character, loser: Character, reason: Combat.Reason) -> None:
    now = timezone.now()
    xp = _worth(winner, loser) if reason == Combat.Reason.DEFEATED else 0
    combat.ended_at, combat.reason, combat.winner = now, reason, winner
    combat.step += 1
    combat.save()
    for fighter in (winner, loser):
        Recovery.objects.update_or_create(character=fighter, defaults={"at": now + rules.RECOVERY})
    publish(
        events.CombatEnd(**_of(combat), winner_id=winner.pk, loser_id=loser.pk, reason=reason.value, xp=xp)
    )
    if reason == Combat.Reason.DEFEATED:
        world.respawn(loser, health=world_selectors.max_health(loser.owner_id))
    _publish_update(winner)
    if xp:
        Reward.objects.create(winner_id=winner.owner_id, loser_id=loser.owner_id, at=now)
        progression.grant(winner.owner_id, xp=xp, cause="combat", key=f"combat:{combat.pk}")


def _worth(winner: Character, loser: Character) -> int:
    # The count cannot change meanwhile: the winner's character is locked and is their only one in play.
    if selectors.rewarded_today(winner.owner_id, loser.owner_id) >= rules.MAX_REWARDS_A_DAY:
        return 0
    levels = progression_selectors.levels((winner.owner_id, loser.owner_id))
    return rules.experience(levels.get(winner.owner_id, 1), levels.get(loser.owner_id, 1))


def _publish_update(character: Character) -> None:
    if world_selectors.in_play().filter(pk=character.pk).exists():
        world.publish_update(character)
