"""Pong: two paddles and a ball, advanced 60 times per second."""

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

from game.author import Annotated, Game, Literal, Meta, Quantised, Record, Seat, State, Verdict

# Lengths are in court units, speeds in units per second.
WIDTH, HEIGHT = 800, 450
PADDLE_HEIGHT, PADDLE_WIDTH = 90, 12
PADDLE_GAP = 2 * PADDLE_WIDTH  # from the wall to the paddle's middle
PADDLE_SPEED = 420.0
BALL_RADIUS = 8
SERVE_SPEED, SPEED_UP, TOP_SPEED = 360.0, 1.05, 1200.0
STEEPEST = 0.85  # maximum vertical share of the ball's speed
SERVE_PAUSE = 1.0  # seconds

SIDES = ("left", "right")


class Steer(Record):
    """The direction of a paddle from now on: up, none or down."""

    direction: Literal[-1, 0, 1]


class PongOptions(Record):
    """``target`` is the number of points needed to win."""

    target: Annotated[int, Meta(ge=1, le=21)] = 5


Length = Annotated[float, Quantised(0.1)]


class Ball(Record):
    """The ball's middle, and its speed."""

    x: Length
    y: Length
    vx: Length
    vy: Length


class Paddles(Record):
    """The heights of the paddles' middles."""

    left: Length
    right: Length


class Scores(Record):
    """The points of each side."""

    left: int
    right: int


class Court(Record):
    """All that is to be seen: the whole game."""

    ball: Ball
    paddles: Paddles
    scores: Scores
    target: int
    width: int = WIDTH
    height: int = HEIGHT
    paddle_width: int = PADDLE_WIDTH
    paddle_height: int = PADDLE_HEIGHT
    ball_radius: int = BALL_RADIUS


class Pong(Game):
    """Positions are the centres of paddles and ball; x grows to the right, y downwards."""

    hidden = False
    tells_inputs = True
    Options = PongOptions

    def setup(self, random: Random) -> State:
        state = {"ball": {}, "paddles": [HEIGHT / 2, HEIGHT / 2], "directions": [0, 0], "scores": [0, 0]}
        self.serve(state, to=random.choice(self.seats))
        return state

    def serve(self, state: State, to: Seat) -> None:
        """Place the ball in the middle; after a pause it flies towards a seat."""
        vy = SERVE_SPEED * self.random.uniform(-STEEPEST / 2, STEEPEST / 2)
        vx = (SERVE_SPEED**2 - vy**2) ** 0.5
        state["ball"] = {"x": WIDTH / 2, "y": HEIGHT / 2, "vx": vx if to == 1 else -vx, "vy": vy}
        state["pause"] = SERVE_PAUSE

    def tick(self, state: State, inputs: dict[Seat, list[Steer]], dt: float) -> None:
        directions, paddles, ball = state["directions"], state["paddles"], state["ball"]
        pressed = {}
        for seat, steers in inputs.items():
            directions[seat] = steers[-1].direction
            if not directions[seat]:
                # A key that was let go of within this tick moves the paddle for the length of it.
                pressed[seat] = next((steer.direction for steer in steers if steer.direction), 0)
        for seat in (0, 1):
            if direction := directions[seat] or pressed.get(seat, 0):
                y = paddles[seat] + direction * PADDLE_SPEED * dt
                paddles[seat] = min(max(y, PADDLE_HEIGHT / 2), HEIGHT - PADDLE_HEIGHT / 2)
        if state["pause"] > 0:
            state["pause"] -= dt
            return

        before, vx = ball["x"], ball["vx"]
        x, y = before + vx * dt, ball["y"] + ball["vy"] * dt
        if not BALL_RADIUS <= y <= HEIGHT - BALL_RADIUS:
            y = 2 * (BALL_RADIUS if y < HEIGHT / 2 else HEIGHT - BALL_RADIUS) - y
            ball["vy"] = -ball["vy"]
        seat = 0 if vx < 0 else 1
        front = FRONTS[seat]
        # Only a ball that crosses the paddle's front in this step is hit: never twice, never from behind.
        if (before - front) * (x - front) <= 0:
            offset = (y - paddles[seat]) / (PADDLE_HEIGHT / 2 + BALL_RADIUS)
            if abs(offset) <= 1:
                x = 2 * front - x
                bounce(ball, offset)
        ball["x"], ball["y"] = x, y
        if not -BALL_RADIUS <= x <= WIDTH + BALL_RADIUS:
            state["scores"][1 - seat] += 1
            self.serve(state, to=seat)

    def result(self, state: State) -> Verdict:
        left, right = state["scores"]
        if left < self.options.target and right < self.options.target:
            return None
        return 0 if left > right else 1

    def scores(self, state: State) -> Sequence[int]:
        scores: list[int] = state["scores"]
        return scores

    def view(self, state: State, seat: Seat | None) -> Court:
        paddles, scores = state["paddles"], state["scores"]
        return Court(Ball(**state["ball"]), Paddles(*paddles), Scores(*scores), self.options.target)

    def bot(self, view: dict[str, Any], seat: Seat, random: Random, level: int) -> dict[str, Any]:
        """Move to where the ball will cross the paddle's line, as early and exactly as the level allows."""
        ball, sight = view["ball"], SIGHT[level]
        coming = (ball["vx"] < 0) == (seat == 0) and abs(ball["x"] - FRONTS[seat]) < sight.distance
        # The same error for a whole flight: a new one each time would only make the paddle tremble.
        error = (ball["vx"] * 0.137 + abs(ball["vy"]) * 0.0731) % 2 - 1
        aim = landing(ball, FRONTS[seat]) + error * sight.error if coming else HEIGHT / 2
        distance = aim - view["paddles"][SIDES[seat]]
        return {"direction": 0 if abs(distance) < PADDLE_HEIGHT / 6 else 1 if distance > 0 else -1}


# Where the ball's centre is when it touches a seat's paddle.
FRONTS = (
    PADDLE_GAP + PADDLE_WIDTH / 2 + BALL_RADIUS,
    WIDTH - PADDLE_GAP - PADDLE_WIDTH / 2 - BALL_RADIUS,
)


class Sight(NamedTuple):
    """The distance at which a bot notices the ball, and its maximum error about where it will land."""

    distance: float
    error: float


SIGHT = {1: Sight(WIDTH * 0.35, 90), 2: Sight(WIDTH * 0.6, 65), 3: Sight(WIDTH, 50)}


def bounce(ball: dict[str, float], offset: float) -> None:
    """Reflect the ball slightly faster; the further off the paddle's centre (``offset``), the steeper."""
    speed = min((ball["vx"] ** 2 + ball["vy"] ** 2) ** 0.5 * SPEED_UP, TOP_SPEED)
    vy = speed * STEEPEST * offset
    vx = (speed**2 - vy**2) ** 0.5
    ball["vx"], ball["vy"] = -vx if ball["vx"] > 0 else vx, vy


def landing(ball: dict[str, float], x: float) -> float:
    """Return the height at which the ball will reach ``x``, including bounces off the walls."""
    y = ball["y"] + ball["vy"] * abs((x - ball["x"]) / ball["vx"]) - BALL_RADIUS
    span = HEIGHT - 2 * BALL_RADIUS
    y %= 2 * span
    return BALL_RADIUS + min(y, 2 * span - y)
