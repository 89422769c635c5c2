"""Calls that set a user's name."""

from core.calls import Call


class Register(Call):
    """Make an account, also a guest's, whose ``email`` is empty; or turn a guest into a full account."""

    username: str
    email: str


class Rename(Call):
    """Change one's name."""

    username: str
