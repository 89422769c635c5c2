"""Refusals of friends."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound


class Yourself(Invalid):
    """Users cannot befriend or block themselves."""

    code = "yourself"
    title = "That is you"


class UnknownRequest(NotFound):
    """The request does not exist, or is not the caller's."""

    code = "unknown_friend_request"
    title = "There is no such friend request"


class NotYoursToAnswer(NotAllowed):
    """Only the recipient may accept or decline; only the sender may cancel."""

    code = "not_yours_to_answer"
    title = "That is for the other one to do"


class RequestAnswered(Conflict):
    """The request was already accepted, declined or cancelled; ``details`` has the ``status``."""

    code = "friend_request_answered"
    title = "The request is not open any more"


class AlreadyRequested(Conflict):
    """The same request is already open; ``details`` has its ``request_id``."""

    code = "already_requested"
    title = "You have asked already"


class AlreadyFriends(Conflict):
    """The two are already friends."""

    code = "already_friends"
    title = "You are friends already"


class NotFriends(NotFound):
    """The two are not friends."""

    code = "not_friends"
    title = "You are not friends"


class Blocking(Conflict):
    """The caller blocks the other user and must unblock them first."""

    code = "you_block_them"
    title = "You block this user"


class NotBlocked(NotFound):
    """The caller does not block this user."""

    code = "not_blocked"
    title = "You do not block this user"


class TakesNoRequests(NotAllowed):
    """The other user cannot be asked.

    One answer for all reasons (bots, full lists, full inboxes, blocks), so that a block is not revealed.
    """

    code = "takes_no_requests"
    title = "This user takes no friend requests from you at the moment"


class TooManyFriends(Conflict):
    """The caller's friends list is full."""

    code = "too_many_friends"
    title = "Your list of friends is full"


class TheirListIsFull(Conflict):
    """The sender's friends list has become full."""

    code = "their_list_is_full"
    title = "Their list of friends is full"


class TooManyRequests(Conflict):
    """Too many of the caller's requests are open."""

    code = "too_many_friend_requests"
    title = "Too many of your requests are open"


class TooManyBlocks(Conflict):
    """The caller's block list is full."""

    code = "too_many_blocks"
    title = "You block too many users"
