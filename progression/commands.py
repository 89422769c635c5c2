"""Calls of the shop."""

from core.calls import Call


class Purchase(Call):
    """Buy from the shop."""

    item_id: int
    quantity: int
