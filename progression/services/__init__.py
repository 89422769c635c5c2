"""All writes to players; money and items move only through the ledger."""

from progression.services.belongings import consume_item, equip, unequip
from progression.services.conversions import convert, drawn, give
from progression.services.grants import Granted, claim_daily_reward, grant, take
from progression.services.pets import equip_pet, feed, hatch, unequip_pet
from progression.services.players import allocate_stats, lock, player, regenerate_stamina, spend_stamina
from progression.services.shop import Purchase, purchase

__all__ = [
    "Granted",
    "Purchase",
    "allocate_stats",
    "claim_daily_reward",
    "consume_item",
    "convert",
    "drawn",
    "equip",
    "equip_pet",
    "feed",
    "give",
    "grant",
    "hatch",
    "lock",
    "player",
    "purchase",
    "regenerate_stamina",
    "spend_stamina",
    "take",
    "unequip",
    "unequip_pet",
]
