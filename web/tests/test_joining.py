"""Modules joined into files do what they did apart, as Chromium finds; what cannot be joined is refused."""

import pytest
from playwright.sync_api import Browser, Route

from web.joining import joined

MODULES = {
    "web/main.js": """\
import { log } from "./log.js";
import "./start.js";

export async function speak() {
  const { default: Speaker, manner } = await import("./talk/speaker.js");
  new Speaker().say("Well met");
  return [manner, ...log];
}
""",
    "web/log.js": "export const log = [];\n",
    "web/start.js": 'import { log } from "./log.js";\n\nlog.push("started");\n',
    "web/talk/speaker.js": """\
import { log } from "../log.js";
import loud, { quiet as whisper } from "../voice/voice.js";

export { manner } from "../voice/voice.js";
export default class Speaker {
  say(words) {
    log.push(loud(words), whisper(words));
  }
}
""",
    "web/voice/voice.js": """\
import {
  lower,
  upper,
} from "../vendor/cases.js";

export const manner = "polite";
export default function loud(words) {
  return upper(words);
}
export function quiet(words) {
  return lower(words);
}
""",
}
CASES = """\
export const lower = (words) => words.toLowerCase();
export const upper = (words) => words.toUpperCase();
"""


@pytest.mark.browser
def test_joined_modules_do_what_they_did_apart(browser: Browser) -> None:
    files = joined(MODULES)
    assert set(files) == {"web/main.js", "web/talk.js", "web/voice.js"}
    page = browser.new_page()
    asked = []

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix("http://page.test/")
        asked.append(name)
        script = CASES if name == "web/vendor/cases.js" else files.get(name, "")
        route.fulfill(body=script, content_type="text/javascript" if script else "text/html")

    page.route("**", serve)
    page.goto("http://page.test/")
    page.evaluate("import('/web/main.js').then((all) => (window.all = all))")
    assert asked == ["", "web/main.js"]
    said = page.evaluate("Object.values(all).find(({ speak }) => speak).speak()")
    assert said == ["polite", "started", "WELL MET", "well met"]
    assert sorted(asked[2:]) == ["web/talk.js", "web/vendor/cases.js", "web/voice.js"]


@pytest.mark.parametrize(
    "source",
    [
        "export let changing = 1;\n",
        'export * from "./log.js";\n',
        "export { one };\n",
        "import './log.js';\n",
    ],
)
def test_a_form_that_is_not_known_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"web/other\.js: "):
        joined({**MODULES, "web/other.js": source})


def test_a_circle_of_files_is_refused() -> None:
    with pytest.raises(ValueError, match="cycle"):
        joined({**MODULES, "web/start.js": 'import "./talk/speaker.js";\n'})
