"""Players and their holdings, the ledger, and the content that operators edit."""

from progression.models.content import Currency, Item, Offer, Rarity, Slot, Species
from progression.models.players import Balance, Entry, Pet, Player, Receipt, Stack
from progression.models.tuning import Growth, HatchOdds

__all__ = [
    "Balance",
    "Currency",
    "Entry",
    "Growth",
    "HatchOdds",
    "Item",
    "Offer",
    "Pet",
    "Player",
    "Rarity",
    "Receipt",
    "Slot",
    "Species",
    "Stack",
]
