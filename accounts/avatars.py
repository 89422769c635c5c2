"""Avatars: the sign beside a name, a number for its colour and one for its pattern. Nothing is uploaded."""

from django.db import transaction

from accounts import services
from accounts.events import AccountChanged
from accounts.models import User
from accounts.shapes import Avatar
from realtime.publishing import publish


@transaction.atomic
def choose(user: User, avatar: Avatar | None) -> None:
    """Store the user's choice; None goes back to the sign made from the name. Raises ``SessionEnded``."""
    services.lock_open(user)
    hue, shape = (avatar.hue, avatar.shape) if avatar else (None, None)
    User.objects.filter(pk=user.pk).update(avatar_hue=hue, avatar_shape=shape)
    publish(AccountChanged(user_id=user.pk))
