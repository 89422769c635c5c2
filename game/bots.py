"""Computer players: the game's own bot, a random one, and three ways to think ahead."""

import math
from collections.abc import Callable
from random import Random
from statistics import fmean
from time import thread_time
from typing import Any

from msgspec.json import encode

from core.refusals import Refusal
from game.author.game import Game
from game.author.match import Match
from game.author.refusals import RulesError
from game.author.results import Seat

# Processor time for one move, by level; level 1 moves at random.
SECONDS = {2: 0.1, 3: 0.5}

# Less than this is enough for small games: simulated games, or moves ahead where the rules value a state.
ITERATIONS = {2: 60, 3: 600}
DEPTHS = {2: 2, 3: 12}

# Where a movement rolls dice, the values of so many rolls are averaged.
ROLLS = 4

# Forced movements do not count as thinking ahead, up to this depth.
MAX_DEPTH = 40

# Weight of rarely tried moves (UCB1, Kocsis and Szepesvári 2006); rewards run from 0 to 1.
EXPLORATION = math.sqrt(2)

# A longer simulated game counts as a draw: some never end by chance.
MAX_PLAYOUT_MOVES = 300


def choose(
    match: Match,
    seat: Seat,
    random: Random,
    level: int,
    clock: Callable[[], float] = thread_time,
    *,
    share: float = 1,
) -> dict[str, Any] | None:
    """Return a movement for ``seat``, which is in ``match.turn`` or plays in real time; None means no input.

    The same match, generator and level give the same movement, unless the time by ``clock`` runs out. Level 3
    can take half a second, or this ``share`` of it: run it in a thread, on ``match.copy(seed)`` if the match
    goes on meanwhile. Hidden information is never used: the game's own ``bot`` and its ``deal`` get the
    player's view, and without both such a game is played at random. Raises RulesError if the rules fail or
    the game's moves cannot be listed.
    """
    game = match.game
    try:
        movement = game.bot(match.view(seat), seat, random, level)
        if movement is not None:
            match.check(movement)
    except Exception as error:
        raise RulesError(f"{game.name}: the bot of seat {seat} failed: {error!r}") from error
    if movement is not None or game.real_time:
        return movement
    legal = match.legal(seat)
    if not legal:
        raise RulesError(f"{game.name}: no move of seat {seat} can be listed; write `legal` or `bot`")
    can_deal = type(game).deal is not Game.deal
    if level == 1 or len(legal) == 1 or match.is_choosing or (game.hidden and not can_deal):
        return random.choice(legal)
    deadline = clock() + SECONDS[level] * share

    def is_over() -> bool:
        return clock() > deadline

    if can_deal:
        return think_over_deals(match, seat, legal, random, ITERATIONS[level], is_over)
    if _has_value(match):
        return Lookahead(seat, random, is_over).best(match, legal, DEPTHS[level])
    return think(match, seat, legal, random, ITERATIONS[level], is_over)


def _has_value(match: Match) -> bool:
    return type(match.game).value is not Game.value


class OutOfTime(Exception):
    """The time for a move is used up."""


class Lookahead:
    """A search by the rules' own ``value``: iterative deepening, alpha-beta pruning.

    The player makes the movement of the highest value for itself, all others that of the lowest.
    """

    def __init__(self, seat: Seat, random: Random, is_over: Callable[[], bool]) -> None:
        self.seat = seat
        self.random = random
        self.is_over = is_over

    def best(self, match: Match, legal: list[dict[str, Any]], depths: int) -> dict[str, Any]:
        """Return the best of the ``legal`` movements as far as time and ``depths`` allow."""
        movements = self.random.sample(legal, len(legal))
        best = movements[0]
        try:
            for depth in range(1, depths + 1):
                highest, values = -math.inf, {}
                for number, movement in enumerate(movements):
                    value = self.after(match, self.seat, movement, depth, 1, highest, math.inf)
                    values[number] = value
                    if value > highest:
                        highest, best = value, movement
                if not 0 <= highest <= 1:
                    break  # It has won or lost.
                # What was better is tried first: more of the rest can be left out.
                movements = [movements[number] for number in sorted(values, key=lambda one: -values[one])]
        except OutOfTime:
            pass
        return best

    def after(
        self,
        match: Match,
        mover: Seat,
        movement: dict[str, Any],
        depth: int,
        ply: int,
        low: float,
        high: float,
    ) -> float:
        """Return the value of a movement, exactly if it lies between ``low`` and ``high``."""
        world = self.played(match, mover, movement)
        if world.rolls == match.rolls:
            return self.value(world, depth - 1, ply, low, high)
        worlds = [world, *(self.played(match, mover, movement) for _ in range(ROLLS - 1))]
        return fmean(self.value(world, depth - 1, ply, -math.inf, math.inf) for world in worlds)

    def played(self, match: Match, mover: Seat, movement: dict[str, Any]) -> Match:
        world = match.copy(self.random.getrandbits(64))
        play(world, mover, movement)
        return world

    def value(self, world: Match, depth: int, ply: int, low: float, high: float) -> float:
        """Return the value of a state for the player: from 0 to 1, or beyond if the game has been decided."""
        if self.is_over():
            raise OutOfTime
        if world.result is not None:
            # A near win is better than a far one, a near loss worse.
            won = self.seat in world.result.winners
            return 0.5 if world.result.draw else 1 + 1 / ply if won else -1 / ply
        if not world.turn:
            return world.game.value(world.state, self.seat)
        mover = min(world.turn)
        legal = world.legal(mover)
        forced = len(legal) == 1 and ply < MAX_DEPTH
        if not legal or (depth <= 0 and not forced):
            return world.game.value(world.state, self.seat)
        best = -math.inf if mover == self.seat else math.inf
        for movement in legal:
            value = self.after(world, mover, movement, depth + forced, ply + 1, low, high)
            if mover == self.seat:
                best = max(best, value)
                low = max(low, best)
            else:
                best = min(best, value)
                high = min(high, best)
            if low >= high:
                break
        return best


class Node:
    """A movement of ``seat`` in the search tree, with its tries, its reward and its successors."""

    __slots__ = ("children", "movement", "reward", "seat", "untried", "visits")

    def __init__(
        self, seat: Seat, movement: dict[str, Any] | None, legal: list[dict[str, Any]], random: Random
    ) -> None:
        self.seat = seat
        self.movement = movement
        self.untried = random.sample(legal, len(legal))
        self.children: list[Node] = []
        self.visits = 0
        self.reward = 0.0

    def promising(self) -> "Node":
        log = math.log(self.visits)
        return max(
            self.children,
            key=lambda child: child.reward / child.visits + EXPLORATION * math.sqrt(log / child.visits),
        )


def think(
    match: Match,
    seat: Seat,
    legal: list[dict[str, Any]],
    random: Random,
    iterations: int,
    is_over: Callable[[], bool],
) -> dict[str, Any]:
    """Return the one of the ``legal`` movements that did best in ``iterations`` simulated games, or fewer.

    Beyond the tree, games are played at random. If several seats may move at once, the others are assumed to
    move after this one. Each simulated game has its own dice, so that a movement is judged by its chances and
    not by the dice to come.
    """
    root = Node(seat, None, legal, random)
    for _ in range(iterations):
        if root.children and is_over():
            break
        world = match.copy(random.getrandbits(64))
        path = descend(root, world, random)
        rewards = play_out(world, random, world.rolls)
        for node in path:
            node.visits += 1
            node.reward += rewards[node.seat]
    best = max(root.children, key=lambda child: child.visits).movement
    assert best is not None
    return best


def descend(root: Node, world: Match, random: Random) -> list[Node]:
    """Follow promising movements to the first untried one, try it, and return the path."""
    node, path = root, [root]
    while world.turn and (node.untried or node.children):
        mover = root.seat if node is root else min(world.turn)
        movement = node.untried.pop() if node.untried else None
        try:
            if movement is None:
                node = node.promising()
                play(world, mover, node.movement or {})
            else:
                play(world, mover, movement)
                legal = world.legal(min(world.turn)) if world.turn else []
                node.children.append(Node(mover, movement, legal, random))
                node = node.children[-1]
        except Refusal:
            break  # With these dice the movement is illegal here.
        path.append(node)
        if movement is not None:
            break
    return path


class Choice:
    """A movement of ``seat`` in the search over deals: its tries, its reward, and the deals that allowed it.

    ``choices`` are the movements that have followed it, by player and movement.
    """

    __slots__ = ("choices", "movement", "possible", "reward", "seat", "visits")

    def __init__(self, seat: Seat, movement: dict[str, Any]) -> None:
        self.seat = seat
        self.movement = movement
        self.choices: dict[tuple[Seat, bytes], Choice] = {}
        self.possible = 0
        self.visits = 0
        self.reward = 0.0

    def follow(self, world: Match, mover: Seat, random: Random, spread: float) -> "Choice":
        """Return a movement that this deal allows: an untried one, or the most promising."""
        legal = {(mover, encode(movement)): movement for movement in world.legal(mover)}
        known = [self.choices[key] for key in legal if key in self.choices]
        for choice in known:
            choice.possible += 1
        if len(known) < len(legal):
            key = random.choice([key for key in legal if key not in self.choices])
            self.choices[key] = Choice(mover, legal[key])
            return self.choices[key]
        return max(known, key=lambda choice: choice.promise(spread))

    def promise(self, spread: float) -> float:
        tried = math.sqrt(math.log(self.possible) / self.visits)
        return self.reward / self.visits + EXPLORATION * spread * tried


def think_over_deals(
    match: Match,
    seat: Seat,
    legal: list[dict[str, Any]],
    random: Random,
    iterations: int,
    is_over: Callable[[], bool],
) -> dict[str, Any]:
    """Return the one of the ``legal`` movements that did best in games whose hidden part was dealt anew.

    Information set tree search (Cowling, Powley and Whitehouse 2012): all deals share one tree, in which a
    movement counts only against the deals that allow it. Rewards are compared by how far they lie apart.
    """
    root = Choice(seat, {})
    lowest, highest = math.inf, -math.inf
    for _ in range(iterations):
        if root.choices and is_over():
            break
        world = match.dealt(seat, random)
        rolls = world.rolls
        node, path, spread = root, [root], max(highest - lowest, 0.0)
        while world.turn and (node.visits or node is root) and not _is_unknown(world, rolls):
            mover = seat if node is root else min(world.turn)
            node = node.follow(world, mover, random, spread)
            world.play(mover, node.movement)
            path.append(node)
        rewards = play_out(world, random, rolls)
        lowest, highest = min(lowest, *rewards), max(highest, *rewards)
        for node in path:
            node.visits += 1
            node.reward += rewards[node.seat]
    return max(root.choices.values(), key=lambda choice: choice.visits).movement


def _is_unknown(world: Match, rolls: int) -> bool:
    """Return whether a state is as well valued now: dice that nobody knows have been rolled since."""
    return world.rolls != rolls and _has_value(world)


def play_out(world: Match, random: Random, rolls: int) -> list[float]:
    """Play on at random; return the reward of each seat: 1 for a win, 0 for a loss, 1/2 for a draw.

    Rules that value a state do so at the next roll of dice after ``rolls``.
    """
    for _ in range(MAX_PLAYOUT_MOVES):
        if not world.turn or _is_unknown(world, rolls) or not play_random(world, random):
            break
    result = world.result
    if result is None and _has_value(world):
        return [world.game.value(world.state, seat) for seat in world.game.seats]
    if result is None or result.draw:
        return [0.5] * len(world.users)
    return [float(seat in result.winners) for seat in world.game.seats]


def play_random(world: Match, random: Random) -> bool:
    """Make a random legal move; return False if there is none. Trying is quicker than listing all."""
    mover = min(world.turn)
    untried = world.candidates(mover).copy()
    while untried:
        pick = int(random.random() * len(untried))
        untried[pick], untried[-1] = untried[-1], untried[pick]
        try:
            play(world, mover, untried.pop())
        except Refusal:
            continue
        return True
    return False


def play(world: Match, mover: Seat, movement: dict[str, Any]) -> None:
    """Make a move, and let time pass until somebody may make the next."""
    world.play(mover, movement)
    if world.game.timed:
        world.wait_for_turn()
