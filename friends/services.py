"""All writes to friendships, requests, blocks and statuses.

The relation of two users changes only under locks on both their rows, lower id first, so that concurrent
changes have exactly one order and one outcome.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Func, IntegerField, Q, QuerySet, Subquery
from django.utils import timezone

from accounts import selectors as account_selectors
from accounts import services as accounts
from accounts.models import User
from core.ids import UserId
from core.refusals import NotFound
from core.statements import Insert, statement, together
from friends import selectors
from friends.events import (
    FriendAccepted,
    FriendRemoved,
    FriendRequestClosed,
    OnlineElsewhere,
    PlayerBlocked,
    PlayerUnblocked,
    StatusSet,
)
from friends.events import FriendRequest as Requested
from friends.models import Block, FriendRequest, Friendship, Standing
from friends.refusals import (
    AlreadyFriends,
    AlreadyRequested,
    Blocking,
    NotBlocked,
    NotFriends,
    NotYoursToAnswer,
    RequestAnswered,
    TakesNoRequests,
    TheirListIsFull,
    TooManyBlocks,
    TooManyFriends,
    TooManyRequests,
    UnknownRequest,
    Yourself,
)
from realtime.connections import limits
from realtime.membership import presence
from realtime.publishing import publish

MAX_FRIENDS = 500
MAX_REQUESTS = 100
"""Maximum number of open requests from one user, and to one user."""
MAX_BLOCKS = 1000
REQUESTS_A_MINUTE = 60
STATUSES_IN_TEN_SECONDS = 10

Status = FriendRequest.Status


def request(*, user_id: UserId, to_user_id: UserId) -> FriendRequest:
    """Send a friend request; if the other user has already asked, both become friends.

    Raises ``Yourself``, ``NotFound``, ``Blocking``, ``AlreadyFriends``, ``AlreadyRequested``,
    ``TooManyFriends``, ``TooManyRequests``, ``TakesNoRequests`` and ``RateLimited``.
    """
    limits.enforce_sync(f"friend_requests:{user_id}", allowed=REQUESTS_A_MINUTE, window_s=60)
    return _request(user_id, to_user_id)


@transaction.atomic
def _request(user_id: UserId, to_user_id: UserId) -> FriendRequest:
    locked, found = together(
        account_selectors.locked.bound(user_id, to_user_id), _between.bound(user_id, to_user_id)
    )
    users = _pair(locked, user_id, to_user_id)
    (there,) = found
    if there.is_blocking:
        raise Blocking("You block this user. End the block first.")
    if there.are_friends:
        raise AlreadyFriends
    if there.mine is not None:
        raise AlreadyRequested(details={"request_id": there.mine})
    if there.my_friends >= MAX_FRIENDS:
        raise TooManyFriends(f"You have {MAX_FRIENDS} friends, the most there can be.")
    if there.theirs is not None:
        return _befriend(FriendRequest.objects.select_related("from_user", "to_user").get(pk=there.theirs))
    if there.my_requests >= MAX_REQUESTS:
        raise TooManyRequests(f"{MAX_REQUESTS} of your requests wait for an answer. Cancel some first.")
    if (
        users[to_user_id].is_bot
        or there.is_blocked
        or there.their_friends >= MAX_FRIENDS
        or there.their_requests >= MAX_REQUESTS
    ):
        raise TakesNoRequests
    made = FriendRequest(from_user=users[user_id], to_user=users[to_user_id])
    ((made.pk, made.created_at),) = _ask(user_id, to_user_id)
    publish(Requested(request=selectors.shown_request(made)))
    return made


@statement
def _between(user_id: UserId, to_user_id: UserId) -> Any:
    """Return what decides on a request of one user to another, in one row."""
    pending = FriendRequest.objects.filter(status=Status.PENDING)
    return (
        User.objects.filter(pk=user_id)
        .annotate(
            is_blocking=Exists(Block.objects.filter(by=user_id, blocked=to_user_id)),
            is_blocked=Exists(Block.objects.filter(by=to_user_id, blocked=user_id)),
            are_friends=Exists(selectors.of_either(user_id).filter(Q(low=to_user_id) | Q(high=to_user_id))),
            mine=Subquery(pending.filter(from_user=user_id, to_user=to_user_id).values("pk")),
            theirs=Subquery(pending.filter(from_user=to_user_id, to_user=user_id).values("pk")),
            my_friends=_number(selectors.of_either(user_id)),
            their_friends=_number(selectors.of_either(to_user_id)),
            my_requests=_number(pending.filter(from_user=user_id)),
            their_requests=_number(pending.filter(to_user=to_user_id)),
        )
        .values_list(
            "is_blocking",
            "is_blocked",
            "are_friends",
            "mine",
            "theirs",
            "my_friends",
            "their_friends",
            "my_requests",
            "their_requests",
            named=True,
        )
    )


def _number(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.values(number=Func(F("pk"), function="COUNT", output_field=IntegerField())))


@statement
def _ask(user_id: UserId, to_user_id: UserId) -> Insert:
    return Insert(FriendRequest, from_user=user_id, to_user=to_user_id, returning=("id", "created_at"))


@transaction.atomic
def accept(*, user_id: UserId, request_id: int) -> FriendRequest:
    """Accept a friend request.

    Raises ``UnknownRequest``, ``NotYoursToAnswer``, ``RequestAnswered``, ``TooManyFriends`` and
    ``TheirListIsFull``.
    """
    asked = _lock_request(request_id, user_id)
    if asked.to_user_id != user_id:
        raise NotYoursToAnswer("Who was asked accepts a request.")
    _check_open(asked)
    if _is_full(user_id):
        raise TooManyFriends(f"You have {MAX_FRIENDS} friends, the most there can be.")
    if _is_full(asked.from_user_id):
        raise TheirListIsFull
    return _befriend(asked)


@transaction.atomic
def befriend(*, user_id: UserId, friend_id: UserId) -> None:
    """Make friends of two users who agreed to it in another cell, unless they are or one blocks the other.

    The limits on friends do not apply. Raises ``NotFound``.
    """
    users = _pair(accounts.lock(user_id, friend_id), user_id, friend_id)
    if selectors.is_blocked_between(user_id, friend_id) or friend_id in selectors.friend_ids(user_id):
        return
    pending = FriendRequest.objects.filter(
        from_user__in=users, to_user__in=users, status=Status.PENDING
    ).select_related("from_user", "to_user")
    asked = pending.first() or FriendRequest.objects.create(
        from_user=users[user_id], to_user=users[friend_id]
    )
    _befriend(asked)


@transaction.atomic
def decline(*, user_id: UserId, request_id: int) -> FriendRequest:
    """Decline a friend request. Raises ``UnknownRequest``, ``NotYoursToAnswer`` and ``RequestAnswered``."""
    asked = _lock_request(request_id, user_id)
    if asked.to_user_id != user_id:
        raise NotYoursToAnswer("Who was asked declines a request.")
    _check_open(asked)
    return _close(asked, Status.DECLINED)


@transaction.atomic
def cancel(*, user_id: UserId, request_id: int) -> FriendRequest:
    """Cancel one's own request. Raises ``UnknownRequest``, ``NotYoursToAnswer`` and ``RequestAnswered``."""
    asked = _lock_request(request_id, user_id)
    if asked.from_user_id != user_id:
        raise NotYoursToAnswer("Who made a request cancels it.")
    _check_open(asked)
    return _close(asked, Status.CANCELLED)


@transaction.atomic
def remove(*, user_id: UserId, friend_id: UserId) -> None:
    """End a friendship. Raises ``NotFriends``."""
    if len(accounts.lock(user_id, friend_id)) < 2 or not _unfriend(user_id, friend_id):
        raise NotFriends


@transaction.atomic
def block(*, user_id: UserId, blocked_id: UserId) -> None:
    """Block a user; repeating it changes nothing.

    Ends friendship and requests; other apps end their own connections by reacting to ``PlayerBlocked``.
    Raises ``Yourself``, ``NotFound`` and ``TooManyBlocks``.
    """
    _pair(accounts.lock(user_id, blocked_id), user_id, blocked_id)
    mine = Block.objects.filter(by=user_id)
    if mine.filter(blocked=blocked_id).exists():
        return
    if mine.count() >= MAX_BLOCKS:
        raise TooManyBlocks(f"You block {MAX_BLOCKS} users, the most there can be.")
    Block.objects.create(by_id=user_id, blocked_id=blocked_id)
    _part(user_id, blocked_id)


def _part(user_id: UserId, blocked_id: UserId) -> None:
    """End what is between two users after a block."""
    _unfriend(user_id, blocked_id)
    between = FriendRequest.objects.filter(
        from_user__in=(user_id, blocked_id), to_user__in=(user_id, blocked_id), status=Status.PENDING
    )
    for asked in between:
        # Looks like an ordinary answer, so that the block is not revealed.
        _close(asked, Status.CANCELLED if asked.from_user_id == user_id else Status.DECLINED)
    publish(PlayerBlocked(by_id=user_id, blocked_id=blocked_id))


@transaction.atomic
def unblock(*, user_id: UserId, blocked_id: UserId) -> None:
    """Remove a block. Raises ``NotBlocked``."""
    mine = Block.objects.filter(by=user_id, blocked=blocked_id)
    if len(accounts.lock(user_id, blocked_id)) < 2 or not mine.delete()[0]:
        raise NotBlocked
    publish(PlayerUnblocked(by_id=user_id, blocked_id=blocked_id))


def set_status(*, user_id: UserId, status: str) -> None:
    """Set the user's status; it is cleared when they go offline. Raises ``RateLimited``."""
    limits.enforce_sync(f"status:{user_id}", allowed=STATUSES_IN_TEN_SECONDS, window_s=10)
    with transaction.atomic():
        _set_status.later(user_id, status)
        publish(StatusSet(user_id=user_id, status=status))


@statement
def _set_status(user_id: UserId, status: str) -> Insert:
    values: dict[str, Any] = {"status": status}
    return Insert(Standing, user=user_id, conflict=("user",), update=values, **values)


def presence_changed(*, user_id: UserId, is_online: bool) -> None:
    """Notify the friends of a user who came online, or went offline, in another cell."""
    if not is_online:
        note_gone([user_id])
    publish(OnlineElsewhere(user_id=user_id))


def note_gone(user_ids: Iterable[UserId]) -> None:
    """Set the last-seen time of these users to now, except those who are online again."""
    ids = set(user_ids)
    now = timezone.now()
    Standing.objects.bulk_create(
        # By ascending id, so that two workers with overlapping users cannot deadlock.
        [
            Standing(user_id=user_id, last_seen=now)
            for user_id in account_selectors.active_ids(ids - presence.online_anywhere_sync(ids))
        ],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["status", "last_seen"],
    )


@transaction.atomic
def forget(*, user_id: UserId) -> None:
    """Delete an erased user's friendships, requests, blocks and status."""
    accounts.lock(user_id)
    for friend_id in selectors.friend_ids(user_id):
        _unfriend(user_id, friend_id)
    for asked in selectors.pending_requests(user_id):
        _close(asked, Status.CANCELLED if asked.from_user_id == user_id else Status.DECLINED)
    FriendRequest.objects.filter(from_user=user_id).delete()
    FriendRequest.objects.filter(to_user=user_id).delete()
    Block.objects.filter(by=user_id).delete()
    Block.objects.filter(blocked=user_id).delete()
    Standing.objects.filter(pk=user_id).delete()


@transaction.atomic
def merge(*, kept_id: UserId, former_id: UserId) -> None:
    """Give a user the friends and blocks of a former account, in both directions.

    A block of either account holds, and ends a friendship of the other. Open requests are cancelled. The
    limits on friends and blocks do not apply. All changes of the kept account wait for its lock.
    """
    accounts.lock(kept_id, former_id)
    between = (kept_id, former_id)
    blocks = Block.objects.filter(Q(by=former_id) | Q(blocked=former_id)).exclude(
        by__in=between, blocked__in=between
    )
    for former in blocks:
        by_id = kept_id if former.by_id == former_id else former.by_id
        blocked_id = kept_id if former.blocked_id == former_id else former.blocked_id
        _, is_new = Block.objects.get_or_create(by_id=by_id, blocked_id=blocked_id)
        if is_new:
            _part(by_id, blocked_id)
    apart = set(selectors.friend_ids(kept_id)) | {kept_id} | selectors.blocked_ids(kept_id)
    for friend_id in set(selectors.friend_ids(former_id)) - apart:
        low_id, high_id = sorted((kept_id, friend_id))
        Friendship.objects.create(low_id=low_id, high_id=high_id)
    forget(user_id=former_id)


def _befriend(asked: FriendRequest) -> FriendRequest:
    pair = (asked.from_user_id, asked.to_user_id)
    _answer(asked, Status.ACCEPTED)
    Friendship.objects.create(low_id=min(pair), high_id=max(pair))
    for friend, to_user_id in zip(selectors.friends(pair), reversed(pair), strict=True):
        publish(FriendAccepted(to_user_id=to_user_id, request_id=asked.pk, friend=friend))
    return asked


def _unfriend(a: UserId, b: UserId) -> bool:
    """End the friendship of these two; return whether there was one."""
    deleted, _ = selectors.of_pair(min(a, b), max(a, b)).delete()
    if deleted:
        publish(FriendRemoved(to_user_id=a, user_id=b))
        publish(FriendRemoved(to_user_id=b, user_id=a))
    return bool(deleted)


def _close(asked: FriendRequest, status: FriendRequest.Status) -> FriendRequest:
    _answer(asked, status)
    publish(
        FriendRequestClosed(
            request_id=asked.pk,
            from_user_id=asked.from_user_id,
            to_user_id=asked.to_user_id,
            status=status.value,
        )
    )
    return asked


def _answer(asked: FriendRequest, status: FriendRequest.Status) -> None:
    asked.status, asked.answered_at = status.value, timezone.now()
    asked.save(update_fields=["status", "answered_at"])


def _check_open(asked: FriendRequest) -> None:
    if asked.status != Status.PENDING:
        raise RequestAnswered(f"The request was {asked.status}.", details={"status": asked.status})


def _is_full(user_id: UserId) -> bool:
    return len(selectors.friend_ids(user_id)) >= MAX_FRIENDS


def _pair(locked: Iterable[User], user_id: UserId, other_id: UserId) -> dict[UserId, User]:
    """Return these two users by id, if they are two and active. Raises ``Yourself`` and ``NotFound``."""
    if user_id == other_id:
        raise Yourself
    users = {UserId(user.pk): user for user in locked if user.is_active}
    if len(users) < 2:
        raise NotFound("There is no such user.")
    return users


def _lock_request(request_id: int, user_id: UserId) -> FriendRequest:
    """Return a request from or to this user, with both users locked. Raises ``UnknownRequest``."""
    requests = FriendRequest.objects.select_related("from_user", "to_user")
    asked = requests.filter(pk=request_id).first()
    if asked is None or user_id not in (asked.from_user_id, asked.to_user_id):
        raise UnknownRequest
    accounts.lock(asked.from_user_id, asked.to_user_id)
    # Read again: it may have been answered, or deleted with an erased user, while waiting for the locks.
    asked = requests.filter(pk=request_id).first()
    if asked is None:
        raise UnknownRequest
    return asked
