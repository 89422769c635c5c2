"""Why the friends app refuses."""

from core.refusals import Conflict, Invalid, NotAllowed, NotFound


class Yourself(Invalid):
    """Nobody is their own friend, or blocks themselves."""

    code = "yourself"
    title = "That is you"


class UnknownRequest(NotFound):
    """There is no such request, or it is none of the caller's."""

    code = "unknown_friend_request"
    title = "There is no such friend request"


class NotYoursToAnswer(NotAllowed):
    """Who was asked accepts or declines; who asked cancels."""

    code = "not_yours_to_answer"
    title = "That is for the other one to do"


class RequestAnswered(Conflict):
    """It was accepted, declined or cancelled before; ``details`` has the ``status``."""

    code = "friend_request_answered"
    title = "The request is not open any more"


class AlreadyRequested(Conflict):
    """The same request is open; ``details`` has its ``request_id``."""

    code = "already_requested"
    title = "You have asked already"


class AlreadyFriends(Conflict):
    """There is nothing to ask for."""

    code = "already_friends"
    title = "You are friends already"


class NotFriends(NotFound):
    """The friendship is not there (any more)."""

    code = "not_friends"
    title = "You are not friends"


class Blocking(Conflict):
    """The caller blocks the other one, and has to end that first."""

    code = "you_block_them"
    title = "You block this user"


class NotBlocked(NotFound):
    """There is no block of the caller's to end."""

    code = "not_blocked"
    title = "You do not block this user"


class TakesNoRequests(NotAllowed):
    """The other one cannot be asked. One answer for all reasons, so that a block does not show: bots, full
    lists, full inboxes and blocks.
    """

    code = "takes_no_requests"
    title = "This user takes no friend requests from you at the moment"


class TooManyFriends(Conflict):
    """The caller's list is full."""

    code = "too_many_friends"
    title = "Your list of friends is full"


class TheirListIsFull(Conflict):
    """Whoever asked has meanwhile filled their list."""

    code = "their_list_is_full"
    title = "Their list of friends is full"


class TooManyRequests(Conflict):
    """Too many requests of the caller's wait for an answer."""

    code = "too_many_friend_requests"
    title = "Too many of your requests are open"


class TooManyBlocks(Conflict):
    """The caller's list of blocks is full."""

    code = "too_many_blocks"
    title = "You block too many users"
