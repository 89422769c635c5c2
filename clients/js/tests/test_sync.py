"""The JavaScript client keeps a view from changes, as docs/state-sync.md describes them."""

import base64
import json
import random
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests import node

HERE = Path(__file__).resolve().parent
Tree = Any

SHOT = {"record": [["x", {"step": 0.5}], ["owner", "any"]]}
VIEW = {
    "record": [
        ["ball", {"record": [["x", {"step": 0.1}], ["y", {"step": 0.1}]]}],
        ["scores", {"list": "any"}],
        ["shots", {"map": SHOT}],
        ["phase", {"one_of": ["serve", "play"]}],
        ["note", "any"],
    ]
}
SCHEMA = {"view": VIEW, "movement": ["direction"], "seats": [12, 31]}

READS = """
import { SyncedView } from "../sync.js";
import { readFileSync } from "node:fs";

const frames = JSON.parse(readFileSync(0, "utf8"));
const sync = new SyncedView();
const told = [];
let asked = 0;
sync.resync = () => (asked += 1);
for (const event of ["add", "change", "remove"])
  for (const path of ["shots.*", "ball"])
    sync.watch(path, { [event]: (...found) => told.push([event, ...found]) });
const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer;
const messages = frames.map((frame) => {
  if (frame === "begin") return sync.begin() ?? null;
  return sync.read(frame.packed ? bytes(frame.packed) : JSON.stringify(frame), 0);
});
console.log(JSON.stringify({ view: sync.view, messages, told, asked }));
"""


def read(*frames: Any) -> Any:
    """Return what a client makes of frames: objects for JSON, lists for MessagePack, "begin" for a socket."""
    given = [
        {"packed": base64.b64encode(msgspec.msgpack.encode(frame)).decode()}
        if isinstance(frame, list)
        else frame
        for frame in frames
    ]
    ended = subprocess.run(
        [node.executable(), "--input-type=module", "--eval", READS],
        cwd=HERE,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def start(view: Tree, **more: Any) -> dict[str, Any]:
    you = {"user_id": 12}
    return {
        "type": "game_state",
        "seq": 5,
        "view": {**view, "turn": 12, "you": you},
        "turn": 12,
        "you": you,
        "sync": SCHEMA,
        **more,
    }


FIRST = {
    "ball": {"x": 1.0, "y": 2.0},
    "scores": [0, 0],
    "shots": {"7": {"x": 1.5, "owner": 12}},
    "phase": "serve",
    "note": None,
}


def test_frames_of_both_forms_have_the_whole_view() -> None:
    whole = [[10, 20], [0, 0], [7, [3, 12]], 0, None]
    heard = read(
        start(FIRST),
        [0, 2, 0, whole],
        [0, 4, 2, {0: {0: 5}, 2: {8: [4, 31], -1: [7]}, 3: 1}, 3],
        [0, 6, 2],
        {"type": "game_tick", "tick": 8, "since": 6, "delta": {"~": {"scores": {"=": {"1": 1, "2": 9}}}}},
    )
    assert heard["view"] == {
        "ball": {"x": pytest.approx(1.5), "y": 2.0},
        "scores": [0, 1, 9],
        "shots": {"8": {"x": 2.0, "owner": 31}},
        "phase": "play",
        "note": None,
    }
    tick = heard["messages"][-1]
    assert tick["view"] == {**heard["view"], "turn": 12, "you": {"user_id": 12}}
    assert (tick["ack"], heard["asked"]) == (3, 0)
    assert [message["tick"] for message in heard["messages"][1:]] == [2, 4, 6, 8]


def test_entities_are_told_as_they_come_change_and_go() -> None:
    heard = read(
        start(FIRST),
        {"type": "game_tick", "tick": 2, "full": {**FIRST, "shots": {"7": {"x": 1.5, "owner": 12}}}},
        {
            "type": "game_tick",
            "tick": 4,
            "since": 2,
            "delta": {"~": {"shots": {"~": {"7": {"=": {"x": 2}}}}}},
        },
        {
            "type": "game_tick",
            "tick": 6,
            "since": 4,
            "delta": {"~": {"shots": {"-": ["7"], "=": {"8": {"x": 0}}}}},
        },
    )
    assert heard["told"] == [
        ["add", {"x": 1.5, "owner": 12}, "7"],
        ["add", {"x": 1.0, "y": 2.0}],
        ["change", {"x": 2, "owner": 12}, {"x": 1.5, "owner": 12}, "7"],
        ["add", {"x": 0}, "8"],
        ["remove", {"x": 2, "owner": 12}, "7"],
    ]


@pytest.mark.parametrize(
    "gap",
    [
        [0, 8, 2, {0: {0: 5}}],
        {"type": "game_tick", "tick": 8, "since": 6, "delta": {"=": {"phase": "play"}}},
        [1, 7, {3: 1}, 1],
    ],
)
def test_a_lost_frame_is_noticed_and_the_rest_ignored_until_all_is_sent_anew(gap: Any) -> None:
    lost = read(
        start(FIRST),
        {"type": "game_tick", "tick": 2, "full": FIRST},
        gap,
        {"type": "game_tick", "tick": 10, "since": 8, "delta": {"=": {"phase": "play"}}},
    )
    assert (lost["asked"], lost["view"]) == (1, FIRST)
    assert lost["messages"][-1] is None
    again = read(
        start(FIRST), gap, start({**FIRST, "phase": "play"}), {"type": "game_tick", "tick": 10, "full": FIRST}
    )
    assert again["view"] == FIRST


def test_changes_of_a_new_connection_wait_for_its_state_and_ask_for_nothing() -> None:
    heard = read(
        start(FIRST),
        {"type": "game_tick", "tick": 2, "full": FIRST},
        "begin",
        {"type": "resumed", "recovered": True, "since": 5, "seq": 9},
        {"type": "player_move", "seq": 6, "user_id": 12, "delta": {"=": {"phase": "play"}}},
        start({**FIRST, "note": 1}, seq=9),
    )
    assert (heard["asked"], heard["view"]) == (0, {**FIRST, "note": 1})
    assert heard["messages"][-2]["user_id"] == 12


def test_moves_have_their_names_their_clock_and_whose_turn_it_is() -> None:
    clock = {"left_ms": {"12": 60_000, "31": 60_000}, "running": [12], "at": "2026-01-01T00:00:00Z"}
    heard = read(
        start(FIRST, clock=clock),
        [1, 6, {3: 1}, 1, 5_900, [-1], [{"direction": 1}]],
        [2, 7, None, None, [[100, 200], [0]], {"other": {"a": 1}}, None, "c9"],
    )
    first, second = heard["messages"][1:]
    assert first == {
        "type": "player_move",
        "seq": 6,
        "user_id": 12,
        "turn": 31,
        "movement": {"direction": -1},
        "legal": [{"direction": 1}],
        "clock": {
            "left_ms": {"12": 59_000, "31": 60_000},
            "running": [31],
            "at": "1970-01-01T00:00:00.000Z",
        },
        "view": {**FIRST, "phase": "play", "turn": 31, "you": {"user_id": 12}},
    }
    assert (second["user_id"], second["turn"], second["movement"]) == (31, None, {"other": {"a": 1}})
    assert second["ref"] == "c9"
    assert second["clock"] == {
        "left_ms": {"12": 1_000, "31": 2_000},
        "running": [12],
        "at": "1970-01-01T00:00:00.000Z",
    }


def test_values_of_every_kind_are_read() -> None:
    note = [
        *(0, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**53 - 1),
        *(-1, -32, -33, -128, -129, -32_769, -(2**31) - 1, 1.5, True, False, None),
        *("", "ä" * 20, "x" * 300, "y" * 70_000, list(range(20)), [0] * 70_000, {"a": {"b": [1]}}),
        {str(number): number for number in range(20)},
        {str(number): 0 for number in range(70_000)},
    ]
    heard = read(start(FIRST), [0, 2, 0, [[0, 0], [], [], 0, note]])
    assert heard["view"]["note"] == note


def changed_at_random(tree: Tree, dice: random.Random, depth: int = 0) -> Tree:
    """Return a copy in which something was changed, added or removed."""
    if isinstance(tree, dict) and tree and (depth == 0 or dice.random() < 0.8):
        copy = {
            key: changed_at_random(value, dice, depth + 1) if dice.random() < 0.4 else value
            for key, value in tree.items()
        }
        if depth and dice.random() < 0.3:
            del copy[dice.choice(list(copy))]
        if dice.random() < 0.3:
            copy[str(dice.randrange(9))] = grown(dice, depth + 1)
        return copy
    if isinstance(tree, list) and dice.random() < 0.8:
        copy_ = [
            changed_at_random(value, dice, depth + 1) if dice.random() < 0.4 else value for value in tree
        ]
        return copy_[: dice.randrange(len(copy_) + 1)] + [grown(dice, 3)] * dice.randrange(3)
    return grown(dice, depth + 1)


def grown(dice: random.Random, depth: int) -> Tree:
    kind = dice.randrange(6) if depth < 4 else dice.randrange(3)
    match kind:
        case 3:
            return [grown(dice, depth + 1) for _ in range(dice.randrange(4))]
        case 4 | 5:
            return {str(dice.randrange(9)): grown(dice, depth + 1) for _ in range(dice.randrange(4))}
    return [None, dice.randrange(-99, 99), "text"][kind]


def difference(old: Tree, new: Tree) -> dict[str, Any]:
    """Return the JSON delta between two objects, or two lists."""
    if isinstance(old, list):
        old_at, new_at = (dict(enumerate(tree)) for tree in (old, new))
        gone: Any = len(new) if len(new) < len(old) else None
    else:
        old_at, new_at = old, new
        gone = [key for key in old if key not in new] or None
    inside, values = {}, {}
    for key, value in new_at.items():
        before = old_at.get(key)
        if key in old_at and before == value:
            continue
        if key in old_at and type(before) is type(value) and isinstance(value, (dict, list)):
            inside[str(key)] = difference(before, value)
        else:
            values[str(key)] = value
    parts = {"-": gone, "=": values or None, "~": inside or None}
    return {part: value for part, value in parts.items() if value is not None}


def test_changes_applied_are_the_whole_state() -> None:
    dice = random.Random(26)
    for _ in range(20):
        trees = [{"a": grown(dice, 1), "b": {"c": [1, 2]}, "d": {"1": {"x": 1}, "2": {"x": 2}}}]
        for _ in range(30):
            trees.append({**trees[-1], **changed_at_random(trees[-1], dice)})
        frames = [
            {
                "type": "game_tick",
                "tick": tick,
                "since": tick - 1,
                "delta": difference(*trees[tick - 1 : tick + 1]),
            }
            for tick in range(1, len(trees))
        ]
        heard = read(start(trees[0]), {"type": "game_tick", "tick": 0, "full": trees[0]}, *frames)
        shown = [
            {key: value for key, value in message["view"].items() if key not in ("turn", "you")}
            for message in heard["messages"][1:]
        ]
        assert (shown, heard["asked"]) == (trees, 0)
