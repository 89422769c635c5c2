"""Rules of rewards that an app declares in place of ours: by game, mode and place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Place = int | Literal["last"]


@dataclass(frozen=True, kw_only=True)
class Payout:
    """A reward for a game; a field that is None fits all.

    ``place`` is from 1, or ``"last"``; players who share a place get the same. Each of them draws from the
    drop table ``drops``.
    """

    game: str | None = None
    mode: str | None = None
    place: Place | None = None
    xp: int = 0
    gold: int = 0
    gems: int = 0
    currencies: Mapping[str, int] = field(default_factory=dict)
    items: Sequence[tuple[str, int]] = ()
    drops: str = ""

    def __post_init__(self) -> None:
        amounts = [self.xp, self.gold, self.gems, *self.currencies.values(), *dict(self.items).values()]
        if min(amounts) < 0:
            raise ValueError("A payout takes nothing away")
        if not (self.place in (None, "last") or (isinstance(self.place, int) and self.place > 0)):
            raise ValueError(f"No place: {self.place!r}")

    def is_of(self, game: str, mode: str) -> bool:
        """Return whether the rule is about this game and mode."""
        return self.game in (None, game) and self.mode in (None, mode)

    def divided(self, by: int) -> "Payout":
        """Return a share of the payout; items and drops are in it whole."""
        return Payout(
            xp=self.xp // by,
            gold=self.gold // by,
            gems=self.gems // by,
            currencies={name: amount // by for name, amount in self.currencies.items()},
            items=self.items,
            drops=self.drops,
        )


NOTHING = Payout()

_payouts: list[Payout] = []


def declare(payouts: Iterable[Payout]) -> None:
    """Add rules; of those that fit, the first one declared counts."""
    for payout in payouts:
        if not isinstance(payout, Payout):
            raise TypeError(f"`rewards` lists payouts, not {payout!r}")
        _payouts.append(payout)


def find(game: str, mode: str, place: int, *, is_last: bool, first: Iterable[Payout] = ()) -> Payout | None:
    """Return what a place is paid; None if no rule is about this game, so that the platform's own apply.

    ``first`` are the rules that come before the declared ones.
    """
    about = [payout for payout in (*first, *_payouts) if payout.is_of(game, mode)]
    for payout in about:
        if payout.place in (None, place) or (payout.place == "last" and is_last):
            return payout
    return NOTHING if about else None
