"""Types that keep ids apart; at run time each is the plain id."""

from typing import NewType

UserId = NewType("UserId", int)
