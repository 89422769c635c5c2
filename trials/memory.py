"""Trial: a page on which somebody plays one game after the other.

Promised: the page's memory stays as it is, however long one plays, and 99 % of the frames of a game in real
time come within 20 ms, which needs a machine that does nothing else.
"""

import asyncio
import time
from itertools import cycle, islice
from statistics import median
from typing import Any

from playwright.async_api import CDPSession, Page, async_playwright

from tests import browser as chromium
from trials.figures import Figure, at_least, at_most, none_of, percentile, within
from trials.ground import Ground
from trials.history import History, Operation
from trials.trial import Query, Trial

KEYS = {
    "Pong": ("ArrowUp", "ArrowDown"),
    "Arena": ("w", "a", "s", "d"),
    "Connect four": (),
}
"""The games that are played in turn, with the keys that steer; none where cells are clicked."""
REAL_TIME = ("pong", "arena")
ACT_EVERY_S = 0.25
FRAME_MS = 20
ALLOWED_KIB = 1024
ALLOWED_NODES = 300
ALLOWED_LISTENERS = 50

WATCH_FRAMES = """() => {
    const deltas = [];
    let last = null;
    const frame = (now) => {
        if (last !== null) deltas.push(now - last);
        last = now;
        window.request = requestAnimationFrame(frame);
    };
    window.request = requestAnimationFrame(frame);
    window.frames_seen = () => {
        cancelAnimationFrame(window.request);
        delete window.frames_seen;
        return deltas;
    };
}"""
KEEP_ALL = """
window.everything = [];
const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
Object.defineProperty(WebSocket.prototype, "onmessage", {
    set(hear) {
        set.call(this, hear && ((event) => {
            window.everything.push(Array(1000).fill(event.data));
            hear(event);
        }));
    },
});
"""


async def run(ground: Ground, history: History, *, rounds: int, seconds: int) -> None:
    # Serves the page's files from where they are.
    [server] = ground.start(1, DEBUG="on")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.executable(), args=chromium.ARGUMENTS
        )
        page = await browser.new_page(base_url=server.base_url)
        page.on("pageerror", lambda error: history.seen("page", "failed", error=str(error)))
        if ground.environment["PLANTED_FAULT"]:
            await page.add_init_script(KEEP_ALL)
        debugger = await page.context.new_cdp_session(page)
        await page.goto("/play")
        await page.get_by_role("button", name="Play as guest").click()
        for number, title in enumerate(islice(cycle(KEYS), rounds), 1):
            frames = await _play(page, title, seconds)
            game = title.partition(" ")[0].lower()
            history.seen("page", "played", game=game, frames=[round(each, 2) for each in frames])
            if number % len(KEYS) == 0:
                history.seen("page", "memory", **await _memory(debugger))
        await browser.close()


async def _play(page: Page, title: str, seconds: int) -> list[float]:
    """Play a game against the computer for so long; return the time between its frames in milliseconds."""
    await page.get_by_role("button", name=f"Computer: {title}").click()
    await page.get_by_role("dialog").get_by_role("button", name="Easy", exact=True).click()
    await page.get_by_role("button", name="Resign").or_(page.get_by_role("button", name="Abort")).wait_for()
    await page.locator(".board-frame").locator("canvas, svg").first.wait_for()
    await page.evaluate(WATCH_FRAMES)
    result = page.locator(".result")
    keys = cycle(KEYS[title])
    until = time.monotonic() + seconds
    while time.monotonic() < until and not await result.count():
        if KEYS[title]:
            await page.keyboard.press(next(keys), delay=ACT_EVERY_S * 1000)
        else:
            await _click_a_free_cell(page)
    frames: list[float] = await page.evaluate("window.frames_seen()")
    if not await result.count():
        await page.get_by_role("button", name="Resign").or_(page.get_by_role("button", name="Abort")).click()
        await page.get_by_role("button", name="Yes,").click()
    await result.wait_for()
    await page.locator(".rail").get_by_role("link", name="Play").click()
    await page.get_by_role("heading", name="Pick a game").wait_for()
    return frames


async def _click_a_free_cell(page: Page) -> None:
    await page.evaluate(
        "document.querySelector('[data-cell].free')?.dispatchEvent(new Event('click', { bubbles: true }))"
    )
    await asyncio.sleep(ACT_EVERY_S)


async def _memory(debugger: CDPSession) -> dict[str, Any]:
    """Return what the page holds once the garbage is collected."""
    for _ in range(2):
        await debugger.send("HeapProfiler.collectGarbage")
    heap = await debugger.send("Runtime.getHeapUsage")
    counted = await debugger.send("Memory.getDOMCounters")
    return {"bytes": heap["usedSize"], "nodes": counted["nodes"], "listeners": counted["jsEventListeners"]}


def check(operations: list[Operation], query: Query) -> list[Figure]:
    played = [operation.asked for operation in operations if operation.name == "played"]
    # The first round of games loads what is loaded once.
    held = [operation.asked for operation in operations if operation.name == "memory"][1:]
    part = max(1, len(held) // 3)

    def growth(of: str) -> float:
        return float(median(each[of] for each in held[-part:]) - median(each[of] for each in held[:part]))

    return [
        at_least("games played", len(played), 2 * len(KEYS)),
        at_least("times looked at the memory", len(held), 2),
        none_of("errors on the page", (o for o in operations if o.name == "failed")),
        at_most("memory grown, KiB", growth("bytes") / 1024, ALLOWED_KIB),
        at_most("nodes more", growth("nodes"), ALLOWED_NODES),
        at_most("listeners more", growth("listeners"), ALLOWED_LISTENERS),
        *(_frames(game, played) for game in REAL_TIME),
    ]


def _frames(game: str, played: list[dict[str, Any]]) -> Figure:
    frames = [each for one in played if one["game"] == game for each in one["frames"]]
    return within(f"{game}: frame, ms (p99)", percentile(frames, 99), FRAME_MS)


TRIAL = Trial(
    "memory",
    run,
    check,
    long={"rounds": 246, "seconds": 20},
    quick={"rounds": 9, "seconds": 6},
    fault="pages_keep_all_they_hear",
)
