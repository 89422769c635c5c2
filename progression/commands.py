"""Calls of the shop."""

from core.calls import Call


class Convert(Call):
    """Turn currencies and items into others."""

    name: str
    times: int


class Purchase(Call):
    """Buy from the shop."""

    item_id: int
    quantity: int
