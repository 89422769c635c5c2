"""Merging two accounts of one person: one is kept, and takes over what the other has.

Every app moves its own part (``core.personal_data.merges``). The other account's row stays, without any way
in, because the games and messages of others point to it.
"""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import second_factor, services
from accounts.events import AccountChanged
from accounts.models import Ban, Challenge, Link, MailedCode, Passkey, Session, SignIn, User
from accounts.refusals import NotMergeable
from core import personal_data
from core.mail import queue
from realtime.publishing import publish

MAX_FORMER = 3
"""An account takes over so many others at most: each brings the gold with which an account begins."""


@transaction.atomic
def merge(*, kept: User, former: User, device: services.Device) -> User:
    """Give everything of ``former`` to ``kept``, end its sessions, and return the kept account.

    Both must have been proven. Raises ``NotMergeable``, or what an app's merger raises, such as
    ``StillPlaying``.
    """
    locked = {user.pk: user for user in services.lock(kept.pk, former.pk)}
    kept, former = locked[kept.pk], locked[former.pk]
    _check(kept, former)
    addresses = {user.email for user in (kept, former) if user.email_verified_at}
    personal_data.merge(kept.pk, former.pk)
    _take_ways_in(kept, former)
    _close(former, kept)
    _take_facts(kept, former)
    for user in (kept, former):
        services.log_sign_in(user, device=device, method="merge", outcome=SignIn.Outcome.OK)
        publish(AccountChanged(user_id=user.pk))
    for address in sorted(addresses):
        queue.enqueue(kind="merged", address=address, facts={"user_id": kept.pk, "former": former.username})
    return User.objects.get(pk=kept.pk)


def _check(kept: User, former: User) -> None:
    if kept.pk == former.pk:
        raise NotMergeable("Both are the same account.")
    if not (kept.is_active and former.is_active):
        raise NotMergeable("One of the accounts is shut.")
    if kept.is_guest:
        raise NotMergeable("A guest account cannot be kept: sign in to the one that you want to keep.")
    if former.is_staff or former.is_superuser:
        raise NotMergeable("An operator's account cannot be given up.")
    if kept.former_accounts.count() + former.former_accounts.count() >= MAX_FORMER:
        raise NotMergeable(f"An account can take over {MAX_FORMER} others, and no more.")


def _take_ways_in(kept: User, former: User) -> None:
    """Move devices, passkeys and providers; an account has one of each provider, so its own one stays."""
    providers = kept.links.exclude(provider=Link.DEVICE).values_list("provider", flat=True)
    former.links.filter(provider__in=list(providers)).delete()
    former.links.update(user=kept)
    Passkey.objects.filter(user=former).update(user=kept)
    Ban.objects.filter(user=former).update(user=kept)


def _close(former: User, kept: User) -> None:
    MailedCode.objects.filter(user=former).delete()
    Challenge.objects.filter(user=former).delete()
    second_factor.forget(former.pk)
    services.end_sessions(Session.objects.filter(user=former))
    former.former_accounts.update(merged_into=kept)
    User.objects.filter(pk=former.pk).update(
        merged_into=kept,
        is_active=False,
        is_premium=False,
        email="",
        pending_email="",
        email_verified_at=None,
        password=make_password(None),
    )


def _take_facts(kept: User, former: User) -> None:
    """Give the kept account the facts of the former one that it lacks."""
    changes: dict[str, Any] = {}
    if former.email_verified_at and not kept.email_verified_at:
        changes |= {"email": former.email, "email_verified_at": former.email_verified_at}
        changes["pending_email"] = ""
    if former.is_premium:
        changes["is_premium"] = True
    if kept.birth_date is None:
        changes["birth_date"] = former.birth_date
    if changes:
        User.objects.filter(pk=kept.pk).update(**changes)
