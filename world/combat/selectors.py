"""Queries about fights."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from core.ids import UserId
from core.statements import statement
from progression import selectors as progression
from world.combat import events, rules
from world.combat.models import Ability, Combat, Cooldown, Recovery, Remedy, Reward
from world.combat.refusals import UnknownAbility
from world.models import Character
from world.rules import CharacterId
from world.selectors import character_infos, played_by

BATCH_SIZE = 100


def under_way() -> QuerySet[Combat]:
    """Return the fights in progress."""
    return Combat.objects.filter(ended_at=None)


def fights_of(*character_ids: int) -> QuerySet[Combat]:
    """Return the fights in progress in which one of these characters takes part."""
    return under_way().filter(Q(attacker__in=character_ids) | Q(defender__in=character_ids))


def finished(user_id: UserId) -> QuerySet[Combat]:
    """Return the finished fights of the user's characters."""
    own = Combat.objects.filter(
        Q(attacker__owner=user_id) | Q(defender__owner=user_id), ended_at__isnull=False
    )
    return own.select_related("attacker", "defender", "winner").order_by("pk")


def is_fighting(character_id: CharacterId) -> bool:
    """Return whether this character is in a fight."""
    return bool(_fights(character_id))


@statement
def _fights(character_id: CharacterId) -> QuerySet[Combat, int]:
    fights = under_way().filter(Q(attacker=character_id) | Q(defender=character_id))
    return fights.values_list("pk", flat=True)


def is_shielded(character_id: CharacterId) -> bool:
    """Return whether this character died so recently that it cannot be attacked."""
    lost = Combat.objects.filter(
        Q(attacker=character_id) | Q(defender=character_id),
        reason=Combat.Reason.DEFEATED,
        ended_at__gt=timezone.now() - rules.SHIELD,
    )
    return lost.exclude(winner=character_id).exists()


def rewarded_today(winner_id: UserId, loser_id: UserId) -> int:
    """Return how often a user was rewarded in 24 hours for defeating another, with any character."""
    recent = timezone.now() - rules.REWARDS_COUNT_FOR
    return Reward.objects.filter(winner=winner_id, loser=loser_id, at__gt=recent).count()


def ability(name: str | None) -> Ability:
    """Return the ability with this name. Raises ``UnknownAbility``."""
    found = Ability.objects.filter(name=name).first()
    if found is None:
        raise UnknownAbility(f"There is no ability {name!r}.")
    return found


def fighters(characters: Iterable[Character]) -> list[events.FighterInfo]:
    """Return these characters as fighters, with their current health."""
    return [
        events.FighterInfo(
            character_id=info.character_id,
            user_id=info.user_id,
            character_name=info.character_name,
            faction=info.faction,
            level=info.level,
            health=info.health,
            max_health=info.max_health,
        )
        for info in character_infos(characters)
    ]


def state(user_id: UserId) -> events.CombatState:
    """Return the state of the user's fight and what they can use in it."""
    character = played_by(user_id)
    combat = None if character is None else fights_of(character.pk).first()
    them = (
        []
        if combat is None
        else Character.objects.filter(pk__in=(combat.attacker_id, combat.defender_id)).select_related(
            "faction"
        )
    )
    return events.CombatState(
        combat_id=None if combat is None else combat.pk,
        step=0 if combat is None else combat.step,
        fighters=fighters(sorted(them, key=lambda one: one.owner_id != user_id)),
        abilities=_abilities(character),
        remedies=_remedies(user_id),
    )


def _abilities(character: Character | None) -> list[events.AbilityInfo]:
    cooldowns = Cooldown.objects.filter(character=character, ready_at__gt=timezone.now())
    ready_at = dict(cooldowns.values_list("ability", "ready_at"))
    return [
        events.AbilityInfo(
            name=ability.name,
            title=ability.title,
            description=ability.description,
            kind=ability.kind,
            power=ability.power,
            cooldown_ms=ability.cooldown_ms,
            stamina_cost=ability.stamina_cost,
            level=ability.level,
            ready_at=ready_at.get(ability.pk),
        )
        for ability in Ability.objects.all()
    ]


def _remedies(user_id: UserId) -> list[events.RemedyInfo]:
    heals = dict(Remedy.objects.values_list("item__slug", "heals"))
    stacks = progression.inventory(user_id).filter(item__slug__in=heals).order_by("pk")
    return [
        events.RemedyInfo(
            id=stack.pk,
            item_id=stack.item_id,
            name=stack.item.name,
            heals=heals[stack.item.slug],
            quantity=stack.quantity,
        )
        for stack in stacks
    ]


@statement
def waiting(until: datetime) -> QuerySet[Combat, int]:
    """Return the fights with a fighter who is gone, and what recovers before ``until``."""
    gone = Q(attacker__visit=None) | Q(defender__visit=None)
    recovering = Recovery.objects.filter(at__lte=until).order_by().values_list("pk", flat=True)
    return under_way().filter(gone).order_by().values_list("pk", flat=True).union(recovering, all=True)


def abandoned() -> list[int]:
    """Return the ids of fights in which one fighter has been disconnected for too long."""
    gone = Character.objects.filter(visit=None, last_seen__lte=timezone.now() - rules.GRACE)
    left = under_way().filter(Q(attacker__in=gone) | Q(defender__in=gone))
    return list(left.order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE])


def recovering() -> list[CharacterId]:
    """Return the ids of characters that have not fought for long enough to regain full health."""
    due = Recovery.objects.filter(at__lte=timezone.now()).order_by("at")
    return list(due.values_list("pk", flat=True)[:BATCH_SIZE])
