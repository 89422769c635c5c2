"""Avatars over HTTP: chosen by their owner, shown to everybody."""

from typing import Any

import pytest

from accounts.models import User
from accounts.tests.conftest import PASSWORD, Person

pytestmark = pytest.mark.django_db(transaction=True)

OWN = "/api/me/avatar/"
ALL = "/api/users/avatars/"


def test_who_has_chosen_an_avatar_is_shown_with_it_to_everybody(ada: Person, bob: Person) -> None:
    assert ada.client.get("/api/me/").json()["avatar"] is None
    assert ada.client.put(OWN, {"hue": 3, "shape": 5}).status_code == 204
    assert ada.client.get("/api/me/").json()["avatar"] == {"hue": 3, "shape": 5}
    assert ada.client.get("/api/me/export/").json()["account"]["avatar"] == {"hue": 3, "shape": 5}

    seen = bob.client.get(ALL, {"names": "ada,bob,no such name"})
    assert seen.json() == [{"username": "ada", "hue": 3, "shape": 5}]

    assert ada.client.delete(OWN).status_code == 204
    assert bob.client.get(ALL, {"names": "ada"}).json() == []


@pytest.mark.parametrize(
    "choice", [{}, {"hue": 12, "shape": 0}, {"hue": 0, "shape": 6}, {"hue": -1, "shape": 0}, {"hue": "red"}]
)
def test_an_avatar_that_there_is_not_is_refused(ada: Person, choice: Any) -> None:
    answer = ada.client.put(OWN, choice)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert User.objects.get(pk=ada.id).avatar_hue is None


def test_not_more_avatars_are_asked_for_at_once_than_a_screen_shows(ada: Person) -> None:
    assert ada.client.get(ALL, {"names": ",".join(["ada"] * 101)}).status_code == 422


def test_an_erased_user_keeps_no_avatar(ada: Person) -> None:
    ada.client.put(OWN, {"hue": 3, "shape": 5})
    assert ada.client.delete("/api/me/", {"password": PASSWORD}).status_code == 204
    user = User.objects.get(pk=ada.id)
    assert (user.avatar_hue, user.avatar_shape) == (None, None)
