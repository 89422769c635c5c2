"""Calls of storage."""

from typing import Any

from core.calls import Call


class PutDocument(Call):
    """Store a document. ``owner`` is a user or, in a collection of groups, a group."""

    collection: str
    key: str
    owner: int
    value: Any
