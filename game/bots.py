"""Computer players: the game's own bot, a random one, and a Monte Carlo tree search."""

import math
from random import Random
from typing import Any

from core.refusals import Refusal
from game.author.match import Match
from game.author.refusals import RulesError
from game.author.results import Seat

# Simulated games per move, by level; level 1 moves at random.
ITERATIONS = {2: 60, 3: 600}

# Weight of rarely tried moves (UCB1, Kocsis and Szepesvári 2006); rewards run from 0 to 1.
EXPLORATION = math.sqrt(2)

# A longer simulated game counts as a draw: some never end by chance.
MAX_PLAYOUT_MOVES = 300


def choose(match: Match, seat: Seat, random: Random, level: int) -> dict[str, Any] | None:
    """Return a movement for ``seat``, which is in ``match.turn`` or plays in real time; None means no input.

    The same match, generator and level give the same movement. Level 3 can take about 100 ms: run it in a
    thread, on ``match.copy(seed)`` if the match goes on meanwhile. Hidden information is never used: the
    game's own ``bot`` gets its player's view, and without one a game with hidden information is played at
    random. Raises RulesError if the rules fail or the game's moves cannot be listed.
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
    if level == 1 or game.hidden or len(legal) == 1:
        return random.choice(legal)
    return think(match, seat, legal, random, ITERATIONS[level])


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
    match: Match, seat: Seat, legal: list[dict[str, Any]], random: Random, iterations: int
) -> dict[str, Any]:
    """Return the one of the ``legal`` movements that did best in ``iterations`` simulated games.

    Beyond the tree, games are played at random. If several seats may move at once, the others are assumed to
    move after this one. Each simulated game has its own dice, so that a movement is judged by its chances and
    not by the dice to come.
    """
    root = Node(seat, None, legal, random)
    for _ in range(iterations):
        world = match.copy(random.getrandbits(64))
        path = descend(root, world, random)
        rewards = play_out(world, random)
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
                world.play(mover, node.movement or {})
            else:
                world.play(mover, movement)
                legal = world.legal(min(world.turn)) if world.turn else []
                node.children.append(Node(mover, movement, legal, random))
                node = node.children[-1]
        except Refusal:
            break  # With these dice the movement is illegal here.
        path.append(node)
        if movement is not None:
            break
    return path


def play_out(world: Match, random: Random) -> list[float]:
    """Play on at random; return the reward of each seat: 1 for a win, 0 for a loss, 1/2 for a draw."""
    for _ in range(MAX_PLAYOUT_MOVES):
        if world.result is not None or not play_random(world, random):
            break
    result = world.result
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
            world.play(mover, untried.pop())
        except Refusal:
            continue
        return True
    return False
