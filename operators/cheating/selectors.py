"""Signs of cheating in games and trades, as flags with their evidence."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from accounts import selectors as accounts
from accounts.models import Session
from chat.services import Evidence, Flag, Sign
from core.ids import UserId
from game import selectors as games
from game.selectors import RatedGame
from operators.cheating import rules
from operators.cheating.rules import Thresholds
from world.trading import selectors as trading

GAMES_SHOWN = 20
SESSIONS_SHOWN = 10
Pair = tuple[UserId, UserId]


def too_fast(game_ids: Collection[UUID], to: Thresholds) -> list[Flag]:
    """Return flags for who answered faster in a game than a person can."""
    flags = []
    for one in games.answers(game_ids):
        if (middle := rules.impossible_speed(one.times_ms, to)) is not None:
            text = f"{one.name}: {len(one.times_ms)} answers with a median of {middle} ms"
            flags.append(
                Flag(
                    sign=Sign.IMPOSSIBLE_SPEED,
                    about_id=one.user_id,
                    finding=text,
                    score=to.answer_ms / max(middle, 1),
                    evidence=[Evidence("game.game", str(one.game_id), text)],
                )
            )
    return flags


def suspicious_players(user_ids: Collection[UserId], since: datetime, to: Thresholds) -> list[Flag]:
    """Return flags for rating jumps of these users, and for pairs of which one of them always wins."""
    lately = games.rated_games(user_ids, since=since)
    played = games.games_played(user_ids)
    by_kind: defaultdict[tuple[UserId, str], list[RatedGame]] = defaultdict(list)
    for game in lately:
        by_kind[game.user_id, game.name].append(game)
    flags = []
    for (user_id, name), own in by_kind.items():
        if jump := rules.rating_jump(own, played=played.get((user_id, name), 0), to=to):
            flags.append(_jumped(user_id, name, own[jump.start : jump.end], jump.deviations, to))
        for other_id, together in _by_opponent(own).items():
            fewest = min(len(own), len(by_kind.get((other_id, name), own)))
            flags += _suspicious_pair((user_id, other_id), name, together, fewest, since, to)
    return flags


def _by_opponent(own: Iterable[RatedGame]) -> dict[UserId, list[RatedGame]]:
    found: defaultdict[UserId, list[RatedGame]] = defaultdict(list)
    for game in own:
        if game.opponent_id is not None:
            found[game.opponent_id].append(game)
    return found


def _jumped(user_id: UserId, name: str, own: Sequence[RatedGame], deviations: float, to: Thresholds) -> Flag:
    return Flag(
        sign=Sign.RATING_JUMP,
        about_id=user_id,
        finding=(
            f"{name}: from {own[0].before} to {own[-1].after} within {len(own)} rated games,"
            f" {_wins(own)} of them won"
        ),
        score=deviations / max(to.jump_deviations, 1),
        evidence=_shown_games(own),
    )


def _suspicious_pair(
    pair: Pair,
    name: str,
    together: Sequence[RatedGame],
    fewest: int,
    since: datetime,
    to: Thresholds,
) -> list[Flag]:
    """Return flags for a pair of which the first one always wins; ``fewest`` are all games of one of them."""
    if len(together) < min(to.pair_games, to.alike_games) or not rules.is_one_sided(together):
        return []
    flags, (user_id, other_id) = [], pair
    won = f"{name}: won {_wins(together)} of {len(together)} rated games against the other"
    people = games.people_playing(name)
    if rules.is_repeated_pair(together, games=fewest, people=people, to=to):
        times = rules.times_chance(together=len(together), games=fewest, people=people)
        flags.append(
            Flag(
                sign=Sign.REPEATED_PAIR,
                about_id=user_id,
                other_id=other_id,
                finding=f"{won}; they met {times:.0f} times as often as by chance",
                score=len(together) / max(to.pair_games, 1),
                evidence=_shown_games(together),
            )
        )
    if len(together) >= to.alike_games and (sessions := accounts.alike_sessions(pair, since=since)):
        flags.append(
            _alike(pair, f"{won}, from one address", len(together) / max(to.alike_games, 1), sessions)
        )
        flags[-1].evidence.extend(_shown_games(together))
    return flags


def one_way_traders(pairs: Iterable[Pair], since: datetime, to: Thresholds) -> list[Flag]:
    """Return flags for pairs of one address of which only one gives."""
    flags = []
    for pair in pairs:
        trades = trading.completed_between(*pair, since=since)
        for receiver_id, giver_id in (pair, pair[::-1]):
            given = [trade for trade in trades if trade.givers == {giver_id}]
            if len(given) < max(to.alike_trades, 1) or any(receiver_id in trade.givers for trade in trades):
                continue
            if not (sessions := accounts.alike_sessions(pair, since=since)):
                continue
            flags.append(
                _alike(
                    (receiver_id, giver_id),
                    f"got something in {len(given)} trades and gave nothing, from one address",
                    len(given) / max(to.alike_trades, 1),
                    sessions,
                )
            )
            flags[-1].evidence.extend(
                Evidence("trading.trade", str(trade.trade_id), f"trade at {trade.ended_at:%Y-%m-%d %H:%M}")
                for trade in given[-GAMES_SHOWN:]
            )
    return flags


def _alike(pair: Pair, finding: str, score: float, sessions: Sequence[Session]) -> Flag:
    return Flag(
        sign=Sign.ALIKE_ADDRESSES,
        about_id=pair[0],
        other_id=pair[1],
        finding=finding,
        score=score,
        evidence=_shown_sessions(sessions),
    )


def _shown_games(own: Sequence[RatedGame]) -> list[Evidence]:
    """Return the latest of a player's games as evidence."""
    return [
        Evidence(
            "game.game",
            str(game.game_id),
            f"{game.name} at {game.finished_at:%Y-%m-%d %H:%M}: {_outcome(game)},"
            f" {game.before} to {game.after}",
        )
        for game in own[-GAMES_SHOWN:]
    ]


def _wins(own: Sequence[RatedGame]) -> int:
    return sum(game.has_won for game in own)


def _outcome(game: RatedGame) -> str:
    return "won" if game.has_won else "lost" if game.has_lost else "drawn"


def _shown_sessions(sessions: Sequence[Session]) -> list[Evidence]:
    """Return the latest sign-ins of each address and user."""

    def place(session: Session) -> tuple[str, UserId]:
        return str(session.ip), session.user_id

    latest = [list(some)[-1] for _, some in groupby(sorted(sessions, key=place), key=place)]
    return [
        Evidence(
            "accounts.session",
            str(session.pk),
            # The address is on the session's page, for roles that see it, and goes with the session.
            f"user {session.user_id} at {session.last_seen:%Y-%m-%d %H:%M}:"
            f" {session.user_agent or 'unknown device'}",
        )
        for session in latest[:SESSIONS_SHOWN]
    ]
