"""New rows by statements that are compiled once."""

from typing import Any

import pytest
from django.db import models

from accounts.models import User
from core.storing import store
from game.models import Game


def _values(instance: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}


@pytest.mark.django_db
def test_a_stored_instance_is_as_the_database_has_it() -> None:
    user = User(username="ada", email="ada@example.org", is_guest=True)
    store(user)
    game = Game(name="chess", seats_wanted=2, seed=7, options={"minutes": 5}, created_by=user)
    store(game)

    assert _values(User.objects.get()) == _values(user)
    assert _values(Game.objects.get()) == _values(game)


@pytest.mark.django_db
def test_a_stored_instance_is_saved_to_its_row_afterwards() -> None:
    user = User(username="ada")
    store(user)
    user.email = "ada@example.org"
    user.save()

    assert User.objects.get().email == "ada@example.org"
