"""The arena's computer players: they see what a player sees, and aim like people, by their level."""

from collections.abc import Callable
from math import atan2, hypot, pi, sin
from typing import Any, Final, NamedTuple

from game.games.arena.ground import Ground, grounds

TURN: Final = 1024
FULL: Final = 10

# Ticks for which somebody keeps going the same way: beside an opponent, and across the map.
STRAFE: Final = 13
ERRAND: Final = 90
HURT: Final = 45
DISTANCE: Final = 5.0  # from an opponent


class Skill(NamedTuple):
    """The speed (in 1024ths of a turn each tick) and the greatest error of the aim, and the share of time
    in which the trigger is pulled."""

    turns: float
    error: float
    fires: float


SKILLS: Final = {1: Skill(26, 44, 0.35), 2: Skill(44, 27, 0.55), 3: Skill(75, 13, 0.8)}


def steer(
    view: dict[str, Any], seat: int, level: int, *, is_friend: Callable[[int, int], bool]
) -> dict[str, Any]:
    """Return the next input of a seat, given its view."""
    own = view["fighters"].get(str(seat))
    if own is None or own["health"] <= 0:
        return {"dx": 0, "dy": 0, "aim": 0, "fire": False}
    ground, skill, tick = grounds()[view["map"]], SKILLS[level], view["ticks_left"]
    fighters = view["fighters"].items()
    foes = [one for key, one in fighters if one["health"] > 0 and not is_friend(seat, int(key))]
    foe = min(foes, key=lambda one: hypot(one["x"] - own["x"], one["y"] - own["y"]), default=None)
    if foe is None:
        x, y = errand(view, ground, seat, own)
        dx, dy = ground.way(own["x"], own["y"], x, y)
        wanted = atan2(dy, dx) * TURN / 2 / pi + 60 * sway(tick / 3, seat)
    else:
        dx, dy = beside(view, ground, seat, own, foe)
        wanted = atan2(foe["y"] - own["y"], foe["x"] - own["x"]) * TURN / 2 / pi
        wanted += skill.error * sway(tick, seat)
    off = (wanted - own["aim"] + TURN / 2) % TURN - TURN / 2
    aim = own["aim"] + max(-skill.turns, min(skill.turns, off))
    is_on = abs(off) < 2 * skill.turns and noise(tick // 8, seat) < skill.fires
    return {
        "dx": round(dx * FULL),
        "dy": round(dy * FULL),
        "aim": round(aim) % TURN,
        "fire": foe is not None and is_on and not foe["safe"],
    }


def errand(view: dict[str, Any], ground: Ground, seat: int, own: dict[str, Any]) -> tuple[float, float]:
    """Return where to go while nobody is in sight: to what lies near and is of use, or across the map."""
    wanted = [
        pickup
        for pickup, lies_there in zip(ground.pickups, view["pickups"], strict=True)
        if lies_there and (pickup.kind == "power" or own["health"] < 100 - HURT / 2)
    ]
    steps = {pickup: ground.distances(int(pickup.x), int(pickup.y)) for pickup in wanted}
    near = min(wanted, key=lambda one: steps[one][int(own["y"])][int(own["x"])], default=None)
    if near is not None and steps[near][int(own["y"])][int(own["x"])] < (30 if own["health"] < HURT else 14):
        return near.x, near.y
    turn = view["ticks_left"] // ERRAND
    for number in range(8):
        goal = ground.spawns[int(noise(turn + number * 7, seat) * len(ground.spawns))]
        if hypot(goal[0] - own["x"], goal[1] - own["y"]) > 2:
            return goal
    return ground.spawns[turn % len(ground.spawns)]


def beside(
    view: dict[str, Any], ground: Ground, seat: int, own: dict[str, Any], foe: dict[str, Any]
) -> tuple[float, float]:
    """Return the direction in which to fight: around the opponent, nearer or farther, or off to be healed."""
    if own["health"] < HURT:
        for pickup, lies_there in zip(ground.pickups, view["pickups"], strict=True):
            if pickup.kind == "health" and lies_there:
                steps = ground.distances(int(pickup.x), int(pickup.y))
                if steps[int(own["y"])][int(own["x"])] < steps[int(foe["y"])][int(foe["x"])]:
                    return ground.way(own["x"], own["y"], pickup.x, pickup.y)
    to_x, to_y = foe["x"] - own["x"], foe["y"] - own["y"]
    distance = hypot(to_x, to_y) or 1.0
    if distance > DISTANCE + 3:
        return ground.way(own["x"], own["y"], foe["x"], foe["y"])
    to_x, to_y = to_x / distance, to_y / distance
    side = 1 if noise(view["ticks_left"] // STRAFE, seat) < 0.5 else -1
    nearer = max(-1.0, min(1.0, (distance - DISTANCE) / 3))
    x, y = -to_y * side + to_x * nearer, to_x * side + to_y * nearer
    length = hypot(x, y) or 1.0
    return x / length, y / length


def noise(number: int, seat: int) -> float:
    """Return a number from 0 to 1 that looks like chance, the same for the same moment and seat."""
    mixed = (number * 2654435761 + seat * 40503 + 12345) & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 15) * 2246822519 & 0xFFFFFFFF
    return (mixed ^ mixed >> 13) / 0x100000000


def sway(tick: float, seat: int) -> float:
    """Return a number from -1 to 1 that wanders smoothly, as a hand does."""
    return (sin(tick * 0.23 + seat * 2.1) + sin(tick * 0.071 + seat * 4.7)) / 2
