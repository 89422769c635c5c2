"""Players and their holdings, the ledger, and the content that operators edit."""

from progression.models.content import Currency, Item, OfDeclared, Offer, Rarity, Slot, Species
from progression.models.economy import (
    Conversion,
    Curve,
    CustomCurrency,
    DropTable,
    ItemKind,
    ItemSlot,
)
from progression.models.players import Balance, ConversionCount, Entry, Pet, Player, Receipt, Stack
from progression.models.tuning import Growth, HatchOdds

__all__ = [
    "Balance",
    "Conversion",
    "ConversionCount",
    "Currency",
    "Curve",
    "CustomCurrency",
    "DropTable",
    "Entry",
    "Growth",
    "HatchOdds",
    "Item",
    "ItemKind",
    "ItemSlot",
    "OfDeclared",
    "Offer",
    "Pet",
    "Player",
    "Rarity",
    "Receipt",
    "Slot",
    "Species",
    "Stack",
]
