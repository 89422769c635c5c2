"""Events to a player: a new level, on every device, after the commit."""

from collections.abc import AsyncIterator

import pytest
from django.db import transaction

from core.database import in_database
from core.ids import UserId
from gameplatform.asgi import application
from progression import services
from progression.tests.conftest import Person
from realtime.testing import Player, running_worker

pytestmark = pytest.mark.django_db(transaction=True)


def _grant_in_vain(user_id: UserId) -> None:
    try:
        with transaction.atomic():
            services.grant(user_id, xp=600, cause="test")
            raise RuntimeError
    except RuntimeError:
        pass


async def _notifications(somebody: Person) -> Player:
    socket = await Player(application, "/ws/notifications/", token=somebody.token).enter()
    await socket.hear("badge")
    return socket


@pytest.fixture
async def worker() -> AsyncIterator[None]:
    async with running_worker():
        yield


@pytest.mark.usefixtures("worker")
async def test_a_new_level_is_told_to_the_player_alone(ada: Person, bob: Person) -> None:
    adas, bobs = await _notifications(ada), await _notifications(bob)

    await in_database(_grant_in_vain, ada.id)
    await in_database(services.grant, ada.id, xp=99, cause="test")
    await in_database(services.grant, ada.id, xp=1, cause="test")
    await in_database(services.grant, bob.id, xp=300, cause="test")

    told = await adas.hear("level_up")
    assert (told["user_id"], told["level"], told["stat_points"]) == (ada.id, 2, 3)
    assert (await bobs.hear("level_up"))["level"] == 3
