"""Who plays: users and the sessions they are signed in with."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """An account: a person, a guest who may become one, or a bot of the house."""

    email = models.EmailField(blank=True)
    is_premium = models.BooleanField(default=False)
    is_guest = models.BooleanField(default=False)
    is_bot = models.BooleanField(default=False)
