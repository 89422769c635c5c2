"""The economy that an app declares, on the page: its currencies, conversions and chances."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gameplatform.testing.processes import ServerProcess, manage
from web.tests.conftest import door_of, server_with
from web.tests.person import Person

pytestmark = pytest.mark.browser

STUDIO = Path(__file__).parents[2] / "examples" / "studio"
GIVE = """
from accounts.models import User
from gameplatform.extend import grant
grant(User.objects.get(username="ada_trades").pk, shards=25, why="test")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    extra = {"EXTRA_APPS": "studio", "PYTHONPATH": str(STUDIO)}
    with server_with(tmp_path_factory.mktemp("studio"), "migrate", **extra) as server:
        yield server


@pytest.fixture
def arrive(browser: Browser, server: ServerProcess, people: list[Person]) -> Callable[..., Person]:
    return door_of(server, browser, people)


def test_a_currency_of_an_app_is_exchanged_in_the_shop(
    arrive: Callable[..., Person], server: ServerProcess
) -> None:
    ada = arrive(viewport={"width": 390, "height": 844}, color_scheme="dark")
    ada.registers("ada_trades")
    manage(server.environment, "shell", "-c", GIVE)
    ada.page.goto("/profile/shop")

    forge = ada.page.get_by_role("listitem").filter(has_text="Forge")
    expect(forge).to_contain_text("5 more today")
    chest = ada.page.get_by_role("listitem").filter(has_text="Open a chest")
    expect(chest).to_contain_text("2–5 Shards (70 %)")
    ada.can_use_the_page()
    for left in (4, 3):
        forge.get_by_role("button").click()
        expect(forge).to_contain_text(f"{left} more today")
        expect(ada.page.get_by_text("You got 1 Gems.").first).to_be_visible()
    forge.get_by_role("button").click()
    expect(forge.get_by_role("alert")).to_be_visible()
