"""Ways in beside the password: devices and providers, linked to an account and unlinked."""

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts import sealing, selectors, services
from accounts.events import AccountChanged
from accounts.models import Link, User
from accounts.refusals import AlreadyLinked, LastWayIn, LinkedElsewhere, UnknownDevice
from core.refusals import NotFound
from realtime.publishing import publish

DEVICE = Link.DEVICE


def by_device(device_id: str) -> User | None:
    """Return the user whose device has this id."""
    return _by_subjects(DEVICE, sealing.digests(DEVICE, device_id))


def by_provider(provider: str, subject: str) -> User | None:
    """Return the user who is linked to this account of a provider."""
    return _by_subjects(provider, [subject])


def _by_subjects(provider: str, subjects: list[str]) -> User | None:
    link = Link.objects.filter(provider=provider, subject__in=subjects).select_related("user").first()
    if link is not None and link.subject != subjects[0]:
        # The digest of a key that will be gone one day.
        Link.objects.filter(pk=link.pk).update(subject=subjects[0])
    return link.user if link else None


def user_of_device(device_id: str, *, create: bool, username: str) -> User:
    """Return the user of a device; a new guest for one that is unknown.

    Raises ``UnknownDevice`` unless one may be made, ``UsernameTaken`` or ``Invalid`` (the name).
    """
    user = by_device(device_id)
    if user is not None:
        return user
    if not create:
        raise UnknownDevice("No account is linked to this device.")
    try:
        with transaction.atomic():
            user = services.create_guest(username=username)
            Link.objects.create(user=user, provider=DEVICE, subject=sealing.digest(DEVICE, device_id))
            return user
    except IntegrityError:
        # The same device was faster.
        user = by_device(device_id)
        if user is None:
            raise
        return user


def user_of_provider(provider: str, subject: str, *, name: str, email: str) -> User:
    """Return the user linked to this account of a provider, or a new one.

    ``email`` is an address that the provider has verified. It becomes the new account's if nobody has it:
    proving an address elsewhere does not prove who owns an account here.
    """
    user = by_provider(provider, subject)
    if user is not None:
        return user
    try:
        with transaction.atomic():
            user = services.create_by_provider(name=name, email=email)
            Link.objects.create(user=user, provider=provider, subject=subject)
            return user
    except IntegrityError:
        user = by_provider(provider, subject)
        if user is None:
            raise
        return user


def link_device(user: User, device_id: str) -> None:
    """Link a device, by which one may then sign in. Raises ``LinkedElsewhere`` or ``SessionEnded``."""
    _link(user, DEVICE, sealing.digests(DEVICE, device_id))


def link_provider(user: User, provider: str, subject: str) -> None:
    """Link an account of a provider; a guest becomes a full account, which keeps everything.

    Raises ``LinkedElsewhere``, ``AlreadyLinked`` (another account of the provider) or ``SessionEnded``.
    """
    _link(user, provider, [subject])


def _link(user: User, provider: str, subjects: list[str]) -> None:
    try:
        with transaction.atomic():
            services.lock_open(user)
            found = Link.objects.filter(provider=provider, subject__in=subjects).first()
            if found is None:
                Link.objects.create(user=user, provider=provider, subject=subjects[0])
            elif found.user_id != user.pk:
                raise LinkedElsewhere(
                    "Another account has this way in. Sign in there and take it away first."
                )
            if provider != DEVICE:
                services.become_full(user)
    except IntegrityError:
        if Link.objects.filter(provider=provider, subject__in=subjects).exclude(user=user).exists():
            raise LinkedElsewhere("Another account has this way in.") from None
        raise AlreadyLinked("The account is linked to another one of this provider.") from None


def set_first_password(user: User, *, password: str) -> None:
    """Give an account its first password. Raises ``AlreadyLinked``, ``Invalid`` or ``SessionEnded``."""
    services.check_password(password=password, username=user.username, email=user.email)
    hashed = make_password(password)
    with transaction.atomic():
        (now,) = services.lock_open(user)
        if now.has_usable_password():
            raise AlreadyLinked("The account has a password; change it instead.")
        User.objects.filter(pk=user.pk).update(password=hashed)
        services.become_full(user)


@transaction.atomic
def unlink(user: User, kind: str) -> None:
    """Take a way in away. Raises ``NotFound``, ``LastWayIn`` or ``SessionEnded``."""
    (now,) = services.lock_open(user)
    ways = selectors.ways_in(now)
    if not any(kind in (way.kind, way.provider) for way in ways):
        raise NotFound("The account has no such way in.")
    if all(kind in (way.kind, way.provider) for way in ways):
        raise LastWayIn("This is the last way into the account.")
    if kind == "password":
        User.objects.filter(pk=user.pk).update(password=make_password(None))
    else:
        Link.objects.filter(user=user, provider=kind).delete()
    publish(AccountChanged(user_id=user.pk))
