"""The gallery of components, and the choice of an avatar, in real browsers."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from web.tests.person import Person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_gallery_shows_every_component_and_is_accessible(
    arrive: Callable[..., Person], theme: str
) -> None:
    ada = arrive(color_scheme=theme)
    ada.page.goto("/dev/looks/")
    for title in ("Buttons", "Fields", "States", "Avatars", "Seats", "Moves", "Monsters", "Items", "Places"):
        expect(ada.page.get_by_role("region", name=title)).to_be_visible()
    expect(ada.page.locator("body")).not_to_contain_text(re.compile("NaN|undefined"))
    ada.can_use_the_page()


def test_a_chosen_avatar_is_seen_by_others_wherever_the_name_stands(demo: Callable[..., Person]) -> None:
    ada, bob = demo("user_1"), demo("user_2")
    ada.page.goto("/profile/account")
    own = ada.page.locator(".own-avatar > .avatar")
    ada.page.get_by_role("radio", name="Colour 4").click()
    expect(own).to_have_class(re.compile(r"\bhue-3\b"))
    ada.page.get_by_role("radio", name="Pattern 6").click()
    expect(own).to_have_class(re.compile(r"\bhue-3 shape-5\b"))
    expect(ada.page.locator(".top .me .avatar")).to_have_class(re.compile(r"\bhue-3 shape-5\b"))
    ada.can_use_the_page()

    bob.page.goto("/people/user_1")
    expect(bob.page.locator("main .avatar").first).to_have_class(re.compile(r"\bhue-3 shape-5\b"))
    ada.button("Make it from my name").click()
    expect(ada.button("Make it from my name")).to_be_disabled()
