"""The catalogue of texts: every text is used and translated, also what the server says in English."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import get_resolver

import game.games
from core.schema import all_refusals
from game.author import catalogue, queues
from notifications.push import rules
from realtime.catalogue.sockets import sockets
from web.views import ENGLISH, LANGUAGES

STATIC = Path(__file__).resolve().parent.parent / "static" / "web"
TRANSLATIONS = [one for one in LANGUAGES if one != ENGLISH]
OF_THE_SERVER = re.compile(r"(?:refused|mode|option)\.")
"""Texts for what the server says in English, so that only translations have them."""

OF_OPERATORS = {
    "key_invalid",
    "last_worker",
    "maintenance_announced",
    "no_purchase",
    "out_of_scope",
    "refunded_before",
    "report_claimed",
    "report_settled",
    "trade_not_completed",
    "trade_undone",
    "unknown_worker",
}
"""Codes that no player meets: of the admin, beside those of the app ``operators``, and of server keys."""


def texts_of(path: Path) -> dict[str, str]:
    """The texts of a catalogue, by key."""
    return dict(re.findall(r'^  "([\w.]+)":\s+"((?:[^"\\]|\\.)*)",$', path.read_text(), re.MULTILINE))


def translated(language: str) -> dict[str, str]:
    return texts_of(STATIC / "texts" / f"{language}.js")


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_text_is_translated_with_its_fields(language: str) -> None:
    def fields(texts: dict[str, str]) -> dict[str, set[str]]:
        return {
            key: set(re.findall(r"\{\w+\}", text))
            for key, text in texts.items()
            if not OF_THE_SERVER.match(key)
        }

    found = fields(translated(language))
    assert len(found) > 700
    assert found == fields(texts_of(STATIC / "texts.js"))


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_refusal_that_a_player_meets_is_translated(language: str) -> None:
    # Loads all modules that declare refusals.
    assert get_resolver().url_patterns
    assert sockets()
    apps = set(settings.OUR_APPS) - {"operators"}
    codes = {
        refusal.code
        for refusal in all_refusals()
        if refusal.__module__.partition(".")[0] in apps and ".tests." not in refusal.__module__
    }
    sources = Path(game.games.__file__).parent.rglob("*.py")
    own = {
        f"{source.relative_to(Path(game.games.__file__).parent).parts[0].removesuffix('.py')}.{code}"
        for source in sources
        for code in re.findall(r'"([a-z_]+)", "[A-Z][^"]+\."', source.read_text())
    }
    assert len(own) > 15

    known = {key.removeprefix("refused.") for key in translated(language) if key.startswith("refused.")}

    assert codes - OF_OPERATORS - known == set()
    assert own - known == {"chess.illegal_move"}, "as of all games"
    assert {key for key in known if not key.startswith("invalid.")} <= codes - OF_OPERATORS | own


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_the_queues_and_options_of_our_games_are_translated(language: str) -> None:
    ours = [one for one in catalogue.all() if one.__module__.startswith("game.games.")]
    modes = {
        ".".join(filter(None, ["mode", queue.game.name, queue.mode]))
        for queue in queues.offered()
        if queue.game in ours and queue.title != queue.game.title
    }
    options = {f"option.{name}" for one in ours for name in one.Options.__struct_fields__}
    assert len(modes) > 3
    assert len(options) > 5

    known = set(translated(language))

    assert {key for key in known if key.startswith(("mode.", "option."))} == modes | options


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_notifications_name_games_as_the_page_does(language: str) -> None:
    english, other = texts_of(STATIC / "texts.js"), translated(language)
    titles = {key for key in other if key.startswith("title.") and other[key] != english[key]}
    assert rules.GAMES[language] == {key.removeprefix("title."): other[key] for key in titles}


def test_every_text_used_is_in_the_catalogue_and_every_text_in_it_is_used() -> None:
    catalogue = set(texts_of(STATIC / "texts.js")) | {"app.name"}
    scripts = (
        path
        for path in STATIC.rglob("*.js")
        if path.name != "texts.js" and path.parent.name not in {"texts", "vendor"}
    )
    source = "\n".join(path.read_text() for path in scripts)
    literal = {word for word in re.findall(r'"([a-z]\w*\.\w+)"', source) if not word.endswith(".js")}
    families = set(re.findall(r"[`\"]([a-z]\w*\.(?:\w+_)?)\$\{", source))
    assert literal - catalogue - {"icon.svg"} == set()
    unused = {key for key in catalogue - literal if not key.startswith(tuple(families))}
    assert unused == set()
