"""The arena: up to sixteen fighters run, hide and shoot, seen from above."""

from collections.abc import Iterable, Sequence
from math import cos, pi, sin, sqrt
from random import Random
from typing import Any, Final, Literal

from game.author import (
    PLAY_ON,
    Annotated,
    Game,
    Meta,
    Quantised,
    Ranking,
    Record,
    Seat,
    State,
    Verdict,
)
from game.games.arena import computer
from game.games.arena.ground import SIGHT, Ground, grounds

RATE: Final = 20  # ticks a second
SPEED: Final = 5.5  # cells a second
FULL: Final = 10  # of a stick that is pushed all the way
TURN: Final = 1024  # directions in which a fighter may aim, clockwise from the right
HEALTH: Final = 100

# In ticks.
RELOAD: Final = 4
FALLEN: Final = 2 * RATE
SAFE: Final = RATE + RATE // 2
POWER: Final = 8 * RATE
IDLE: Final = 3 * RATE  # after an input that is as old as this, somebody has gone
BACK_AFTER: Final = {"health": 12 * RATE, "power": 25 * RATE}

DAMAGE: Final = 18
HIT_RADIUS: Final = 0.5
HEALED: Final = 50
PICKED_WITHIN: Final = 0.8
FEED: Final = 4

# Rounded, so that all processors aim alike.
DIRECTIONS: Final = [
    (round(cos(2 * pi * aim / TURN), 6), round(sin(2 * pi * aim / TURN), 6)) for aim in range(TURN)
]

SOME_INPUTS: Final = [
    {"dx": dx, "dy": dy, "aim": aim, "fire": fire}
    for dx in (-FULL, 0, FULL)
    for dy in (-FULL, 0, FULL)
    for aim in range(0, TURN, TURN // 8)
    for fire in (False, True)
]


class Steer(Record):
    """Where a fighter runs and aims from now on, and whether it shoots."""

    dx: Annotated[int, Meta(ge=-FULL, le=FULL)]
    dy: Annotated[int, Meta(ge=-FULL, le=FULL)]
    aim: Annotated[int, Meta(ge=0, lt=TURN)]
    fire: bool = False


class ArenaOptions(Record):
    """The match ends after ``minutes``, or when a player or a team has felled ``frags`` others."""

    map: Literal["any", "yard", "halls", "keep"] = "any"
    teams: bool = False
    minutes: Annotated[int, Meta(ge=1, le=30)] = 4
    frags: Annotated[int, Meta(ge=1, le=200)] = 25


Length = Annotated[float, Quantised(0.01)]


class Fighter(Record):
    """A fighter in sight: its centre, the direction of its aim, and what health is left."""

    x: Length
    y: Length
    aim: int
    health: int
    safe: bool
    power: bool


class Shot(Record):
    """A shot of this tick, from ``x``, ``y`` to where it ended, and the seat of who was hit."""

    seat: Seat
    x: Length
    y: Length
    to_x: Length
    to_y: Length
    hit: Seat | None


class Fall(Record):
    """A fighter who was felled; ``number`` counts the falls of the match."""

    number: int
    by: Seat
    seat: Seat


class View(Record):
    """The part of the arena that a seat sees. Fighters and frags are by seat, pickups as on the map."""

    map: str
    ticks_left: int
    fighters: dict[str, Fighter]
    pickups: list[bool]
    shots: list[Shot]
    frags: dict[str, int]
    falls: list[Fall]


class Arena(Game):
    """Run, hide and shoot. Who fells most others has won; walls hide you from them, and them from you.

    A shot hits at once, where its target was for whoever shot. A fighter who falls is back two seconds later.
    What lies on the ground heals, or doubles the harm that one does for eight seconds.

    In the state, ``fighters`` has the fighter of each seat that is played: times are in ticks, ``pulled``
    says that the trigger was pulled and nothing shot yet, ``sees`` has a bit for each seat in its sight.
    ``pickups`` counts the ticks until each is back.
    """

    players = (2, 16)
    open = True
    clock = None
    rate = frame_rate = RATE
    grace = 10
    lag_compensation = 0.25
    spectators_follow = True
    Options = ArenaOptions

    def setup(self, random: Random) -> State:
        name = self.options.map
        if name == "any":
            name = random.choice(["yard"] if len(self.seats) < 4 else sorted(grounds()))
        return {
            "map": name,
            "ticks_left": self.options.minutes * 60 * RATE,
            "fighters": {},
            "pickups": [0 for _ in grounds()[name].pickups],
            "shots": [],
            "frags": [0 for _ in self.seats],
            "falls": [],
            "fallen": 0,
        }

    def teams(self) -> list[list[Seat]] | None:
        return [list(self.seats[::2]), list(self.seats[1::2])] if self.options.teams else None

    # Coming and going.

    def joined(self, state: State, seat: Seat) -> None:
        x, y = self.spawn(state, seat)
        state["fighters"][str(seat)] = {
            "x": x, "y": y, "dx": 0, "dy": 0, "aim": 0, "fire": False, "pulled": False, "idle": 0,
            "health": HEALTH, "fallen": 0, "reload": 0, "safe": SAFE, "power": 0, "sees": 1 << seat,
        }  # fmt: skip

    def left(self, state: State, seat: Seat, why: str) -> Any:
        del state["fighters"][str(seat)]
        state["frags"][seat] = 0
        return PLAY_ON

    def spawn(self, state: State, seat: Seat) -> tuple[float, float]:
        """Return one of the places that are farthest from everybody against whom this seat plays."""
        others = [
            (one["x"], one["y"])
            for key, one in state["fighters"].items()
            if one["health"] > 0 and not self.is_friend(seat, int(key))
        ]

        def room(place: tuple[float, float]) -> float:
            return min(((x - place[0]) ** 2 + (y - place[1]) ** 2 for x, y in others), default=0.0)

        spawns = sorted(grounds()[state["map"]].spawns, key=room, reverse=True)
        return spawns[self.random.randrange(3 if others else len(spawns))]

    def is_friend(self, seat: Seat, other: Seat) -> bool:
        return seat == other or (self.options.teams and (seat - other) % 2 == 0)

    # The course of the match.

    def tick(self, state: State, inputs: dict[Seat, list[Steer]], dt: float) -> None:
        ground, fighters = grounds()[state["map"]], state["fighters"]
        state["ticks_left"] -= 1
        state["shots"] = []
        state["pickups"] = [max(0, ticks - 1) for ticks in state["pickups"]]
        for seat, steers in inputs.items():
            fighter = fighters.get(str(seat))
            if fighter is None:
                continue  # Its player has just left.
            for steer in steers:
                # A trigger that was let go of within this tick was pulled all the same.
                fighter["pulled"] |= steer.fire and not fighter["fire"]
                fighter["fire"] = steer.fire
            fighter["dx"], fighter["dy"], fighter["aim"] = steers[-1].dx, steers[-1].dy, steers[-1].aim
            fighter["idle"] = 0
        for key, fighter in fighters.items():
            self.advance(state, ground, int(key), fighter, dt)
        for key, fighter in fighters.items():
            wants = fighter["fire"] or fighter["pulled"]
            if wants and fighter["health"] > 0 and not fighter["reload"]:
                self.shoot(state, ground, int(key), fighter)
        look(ground, fighters)

    def advance(self, state: State, ground: Ground, seat: Seat, fighter: dict[str, Any], dt: float) -> None:
        """Move a fighter, who picks up items on the way and stands up again when due."""
        if fighter["health"] <= 0:
            fighter["fallen"] -= 1
            if fighter["fallen"] > 0:
                return
            fighter["x"], fighter["y"] = self.spawn(state, seat)
            fighter["health"], fighter["safe"], fighter["pulled"] = HEALTH, SAFE, False
        for timer in ("reload", "safe", "power"):
            if fighter[timer]:
                fighter[timer] -= 1
        fighter["idle"] += 1
        if fighter["idle"] > IDLE:
            fighter["dx"] = fighter["dy"] = 0
            fighter["fire"] = False
        dx, dy = fighter["dx"], fighter["dy"]
        if not (dx or dy):
            return
        way = SPEED * dt / max(FULL, sqrt(dx * dx + dy * dy))
        x, y = ground.moved(fighter["x"], fighter["y"], dx * way, dy * way)
        fighter["x"], fighter["y"] = x, y
        for number, pickup in enumerate(ground.pickups):
            if abs(pickup.x - x) < PICKED_WITHIN and abs(pickup.y - y) < PICKED_WITHIN:
                self.pick_up(state, number, pickup.kind, fighter)

    def pick_up(self, state: State, number: int, kind: str, fighter: dict[str, Any]) -> None:
        if state["pickups"][number] or (kind == "health" and fighter["health"] == HEALTH):
            return
        state["pickups"][number] = BACK_AFTER[kind]
        if kind == "health":
            fighter["health"] = min(HEALTH, fighter["health"] + HEALED)
        else:
            fighter["power"] = POWER

    def shoot(self, state: State, ground: Ground, seat: Seat, fighter: dict[str, Any]) -> None:
        """Hit the first of the others in the line of fire, where the shooter saw them, or a wall before."""
        fighter["reload"], fighter["safe"], fighter["pulled"] = RELOAD, 0, False
        x, y = fighter["x"], fighter["y"]
        to_x, to_y = DIRECTIONS[fighter["aim"]]
        reach = ground.wall_ahead(x, y, to_x, to_y, SIGHT)
        hit = None
        for key, other in self.rewind(seat)["fighters"].items():
            standing = state["fighters"].get(key)
            if standing is None or self.is_friend(seat, int(key)):
                continue
            if standing["health"] <= 0 or other["health"] <= 0:
                continue
            off_x, off_y = other["x"] - x, other["y"] - y
            along, aside = off_x * to_x + off_y * to_y, off_x * to_y - off_y * to_x
            if abs(aside) < HIT_RADIUS and along > 0:
                distance = max(0.0, along - sqrt(HIT_RADIUS * HIT_RADIUS - aside * aside))
                if distance < reach:
                    reach, hit = distance, int(key)
        state["shots"].append([seat, x, y, x + to_x * reach, y + to_y * reach, hit])
        if hit is not None:
            self.harm(state, seat, hit, DAMAGE * 2 if fighter["power"] else DAMAGE)

    def harm(self, state: State, by: Seat, seat: Seat, damage: int) -> None:
        fighter = state["fighters"][str(seat)]
        if fighter["safe"]:
            return
        fighter["health"] = max(0, fighter["health"] - damage)
        if fighter["health"] == 0:
            fighter["fallen"], fighter["power"] = FALLEN, 0
            state["frags"][by] += 1
            state["fallen"] += 1
            state["falls"] = [*state["falls"][1 - FEED :], [state["fallen"], by, seat]]

    def result(self, state: State) -> Verdict:
        best = max(self.points(state))
        if state["ticks_left"] > 0 and best < self.options.frags:
            return None
        points = self.points(state)
        return Ranking(
            [[seat for seat in self.seats if points[seat] == one] for one in sorted({*points}, reverse=True)]
        )

    def points(self, state: State) -> list[int]:
        """Return for each seat how many it has felled, with its team."""
        frags: list[int] = state["frags"]
        return [sum(frags[seat % 2 :: 2]) for seat in self.seats] if self.options.teams else frags

    def scores(self, state: State) -> Sequence[int]:
        frags: list[int] = state["frags"]
        return frags

    # What is seen.

    def view(self, state: State, seat: Seat | None) -> View:
        fighters = state["fighters"]
        seen = self.seen(state, seat)
        return View(
            map=state["map"],
            ticks_left=state["ticks_left"],
            fighters={str(other): shown(fighters[str(other)]) for other in seen},
            pickups=[not ticks for ticks in state["pickups"]],
            shots=[
                Shot(by, round(x, 2), round(y, 2), round(to_x, 2), round(to_y, 2), hit)
                for by, x, y, to_x, to_y, hit in state["shots"]
                if by in seen
            ],
            frags={key: state["frags"][int(key)] for key in fighters},
            falls=[Fall(*fall) for fall in state["falls"]],
        )

    def seen(self, state: State, seat: Seat | None) -> Iterable[Seat]:
        """Return the seats whose fighters this seat sees: itself, its team, and who is in its sight."""
        fighters = state["fighters"]
        own = None if seat is None else fighters.get(str(seat))
        return [
            other
            for other, key in ((int(key), key) for key in fighters)
            if seat is None
            or (own is not None and self.is_friend(seat, other))
            or (own is not None and own["sees"] >> other & 1 and fighters[key]["health"] > 0)
        ]

    def legal(self, state: State, seat: Seat) -> list[dict[str, Any]]:
        """Return some of the inputs that may be tried: there are half a million."""
        return SOME_INPUTS

    def bot(self, view: dict[str, Any], seat: Seat, random: Random, level: int) -> dict[str, Any] | None:
        return computer.steer(view, seat, level, is_friend=self.is_friend)


def look(ground: Ground, fighters: dict[str, dict[str, Any]]) -> None:
    """Note who sees whom: each of two sees the other, if any does."""
    places = [(int(key), one["x"], one["y"], one) for key, one in fighters.items()]
    for seat, _, _, one in places:
        one["sees"] = 1 << seat
    for number, (seat, x, y, one) in enumerate(places):
        for other_seat, other_x, other_y, other in places[:number]:
            off_x, off_y = other_x - x, other_y - y
            if off_x * off_x + off_y * off_y <= SIGHT * SIGHT and ground.is_clear(x, y, other_x, other_y):
                one["sees"] |= 1 << other_seat
                other["sees"] |= 1 << seat


def shown(fighter: dict[str, Any]) -> Fighter:
    return Fighter(
        round(fighter["x"], 2),
        round(fighter["y"], 2),
        fighter["aim"],
        fighter["health"],
        fighter["safe"] > 0,
        fighter["power"] > 0,
    )
