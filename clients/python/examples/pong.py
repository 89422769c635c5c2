"""Plays pong against the computer: the own paddle is shown at once, and the ball a moment late.

python pong.py --points 3
"""

import argparse
import asyncio
from typing import Any

from gameplatform_client import MessageType, NetworkClient
from gameplatform_client.netcode import Clock, Interpolation, Prediction
from gameplatform_client.play import GameChannel
from gameplatform_client.state import SyncedState

TICK_RATE = 60
SPEED = 420.0
"""Units a second, as in the rules of the server."""
DEAD_ZONE = 12.0


class Player:
    """A program that follows the ball that it sees, which is where the ball was a moment ago."""

    def __init__(self, game: GameChannel, sync: SyncedState, side: str) -> None:
        self.game, self.sync, self.side = game, sync, side
        self.clock = Clock(TICK_RATE)
        self.film: Interpolation[Any] = Interpolation()
        view = sync.view
        assert view is not None
        top: float = view.paddle_height / 2
        bottom: float = view.height - top

        def step(y: float, direction: int, seconds: float) -> float:
            return min(max(y + direction * SPEED * seconds, top), bottom)

        self.own: Prediction[float, int] = Prediction(view.paddles[side], 0, step, tick_rate=TICK_RATE)
        self.shown: float = view.paddles[side]
        self.pictures = 0
        self.farthest = 0.0
        game.register_handler(MessageType.GAME_TICK, self.hear)

    def hear(self, frame: Any) -> None:
        """Take a frame of the server."""
        self.clock.ticked(frame.tick, now())
        self.film.add(frame.tick, frame.view)
        there = frame.view.paddles[self.side]
        self.farthest = max(self.farthest, abs(self.shown - there))
        self.own.correct(frame.tick, there, self.sync.ack)

    async def draw(self) -> None:
        """Show a picture, and steer towards the ball in it."""
        predicted, shown = self.clock.predicted(now()), self.clock.shown(now())
        view = None if shown is None else self.film.at(shown)
        if predicted is None or view is None:
            return
        away = view["ball"]["y"] - self.shown
        direction = 0 if abs(away) < DEAD_ZONE else 1 if away > 0 else -1
        if direction != self.own.input:
            await self.game.steer({"direction": direction, "n": self.own.steer(direction)})
        self.shown = self.own.advance(predicted)
        self.pictures += 1


def now() -> float:
    """Return milliseconds, from any start."""
    return asyncio.get_running_loop().time() * 1000


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=3, help="how many win")
    given = parser.parse_args()
    async with NetworkClient() as client:
        user = await client.sign_in_as_guest()
        made = await client.request(
            "POST", "/api/games/", {"game": "pong", "bots": [1], "target": given.points}
        )
        sync = SyncedState()
        game = await client.connect_to_game(made.id, sync=sync)
        over = game.expect(MessageType.GAME_OVER)
        await game.begin()
        assert game.newest is not None
        player = Player(game, sync, game.newest["view"]["you"]["side"])
        while not over.done():
            await player.draw()
            await asyncio.sleep(1 / 60)
        scores = dict(over.result()["scores"])
        mine = scores.pop(str(user.id))
        print(f"{mine:g}:{max(scores.values()):g} after {player.pictures} pictures")
        print(f"The paddle was shown at most {player.farthest:.0f} units ahead of the server's")


if __name__ == "__main__":
    asyncio.run(main())
