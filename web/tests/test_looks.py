"""The look of the page: typeface, illustrations, motion, and the gallery of its components."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from progression import seeding
from tests import node

STATIC = Path(__file__).resolve().parent.parent / "static" / "web"
FONT_BUDGET = 40 * 1024
LONGEST_MOTION_MS = 300


def run(script: str) -> Any:
    """Run a module in Node and return the JSON that it prints; ``STATIC`` in it is the page's folder."""
    command = [node.executable(), "--input-type=module", "--eval", script.replace("STATIC", STATIC.as_uri())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_each_font_is_small_and_has_its_licence_beside_it() -> None:
    fonts = list((STATIC / "fonts").glob("*.woff2"))
    assert fonts
    for font in fonts:
        assert font.stat().st_size <= FONT_BUDGET
        licence = (font.with_name(f"LICENSE.{font.stem}")).read_text()
        assert "SIL Open Font License" in licence


def test_each_monster_item_and_faction_has_a_picture_of_its_own_that_stays_the_same() -> None:
    items = [(name, slot) for name, slot, *_ in seeding.GEAR.values()]
    items += [(name, "food") for name, *_ in seeding.FOOD.values()]
    items += [(name, "egg") for name, *_ in seeding.EGGS.values()]
    items += [(name, "material") for name, *_ in seeding.MATERIALS.values()]
    script = """
        import { Creature, Emblem, Item } from "STATIC/things/illustrations.js";
        // Preact numbers what it draws, in fields of its own.
        const own = (key, value) => (key.startsWith("__") ? undefined : value);
        const named = (draw, names) => names.map((name) => JSON.stringify(draw(name), own));
        const monsters = ["Rat", "Goblin scout", "Goblin shaman", "Ogre", "Wraith", "Slime", "Dragon"];
        const twice = [0, 1].map(() => [
          named((name) => Creature({ name }), monsters),
          named((name) => Emblem({ name }), ["Dawnguard", "Tideborn", "Rootkin"]),
          named(([name, sort]) => Item({ name, sort }), ITEMS),
        ]);
        console.log(JSON.stringify(twice));
    """
    told = run(script.replace("ITEMS", json.dumps(items)))
    assert told[0] == told[1]
    for pictures in told[0]:
        assert len(set(pictures)) == len(pictures)


def test_characters_on_one_point_are_drawn_apart_and_the_own_one_where_it_is() -> None:
    spots = run("""
        import { spread } from "STATIC/world/spread.js";
        const spots = [[5, 5], [5, 5], [5, 5], [6, 5], [90, 90]].map(([x, y]) => ({ x, y }));
        console.log(JSON.stringify(spread(spots, 20)));
    """)
    assert spots[0] == {"x": 5, "y": 5}
    assert spots[4] == {"x": 90, "y": 90}
    for index, one in enumerate(spots):
        for other in spots[index + 1 :]:
            assert (one["x"] - other["x"]) ** 2 + (one["y"] - other["y"]) ** 2 >= 19**2


def test_no_motion_is_long_and_with_reduced_motion_there_is_none() -> None:
    motions = []
    for sheet in STATIC.glob("*.css"):
        for motion in re.findall(r"(?:animation|transition):([^;}]+)", sheet.read_text()):
            if "infinite" not in motion:
                first = re.search(r"(?<![\w-])([\d.]+)(m?s)\b", motion)
                motions += [float(first[1]) * (1 if first[2] == "ms" else 1000)] if first else []
    assert len(motions) > 10
    assert max(motions) <= LONGEST_MOTION_MS
    reduced = (STATIC / "app.css").read_text().partition("(prefers-reduced-motion: reduce)")[2]
    assert "animation-duration: 0.01ms !important" in reduced
    assert "transition: none !important" in reduced


@pytest.mark.parametrize("path", ["/dev/looks", "/dev/looks/"])
def test_in_development_there_is_a_gallery_of_components(
    client: Client, development: None, path: str
) -> None:
    assert 'id="looks"' in client.get(path).text
