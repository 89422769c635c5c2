"""Fixtures: operators of each role, signed in to the admin."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def operator(db: None) -> Callable[[str], Client]:
    """``operator("support")``: a user with that role; ``"root"`` is a superuser, ``"nobody"`` has none."""

    def operator(role: str) -> Client:
        user = User.objects.create(username=f"the_{role}", is_staff=True, is_superuser=role == "root")
        user.groups.set(Group.objects.filter(name=role))
        client = Client()
        client.force_login(user, BACKEND)
        return client

    return operator
