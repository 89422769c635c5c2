"""Why something about an account is refused."""

from core.refusals import Conflict, NotAllowed, RateLimited, Unauthenticated


class InvalidCredentials(Unauthenticated):
    """No such account, or another password: which of the two is not said."""

    code = "invalid_credentials"
    title = "Wrong name or password"


class LockedOut(RateLimited):
    """Too many wrong passwords."""

    code = "locked_out"
    title = "Locked out for a while"


class TokenInvalid(Unauthenticated):
    """The token is none of ours, is of another kind, or has been changed."""

    code = "token_invalid"
    title = "Invalid token"


class TokenExpired(Unauthenticated):
    """The token's time is over."""

    code = "token_expired"
    title = "Token expired"


class TokenReused(Unauthenticated):
    """A refresh token was used twice: one of the two users stole it, so the session ends for both."""

    code = "token_reused"
    title = "Refresh token used before"


class SessionEnded(Unauthenticated):
    """Signed out, here or from another device, or silent for too long."""

    code = "session_ended"
    title = "Session ended"

    def __init__(self, message: str = "This session has ended; sign in again.") -> None:
        super().__init__(message)


class TicketInvalid(Unauthenticated):
    """The ticket was used before, is too old, or never was."""

    code = "ticket_invalid"
    title = "Invalid ticket"


class UsernameTaken(Conflict):
    """Somebody has this name, in whatever case."""

    code = "username_taken"
    title = "Username taken"


class EmailTaken(Conflict):
    """An account has this address already."""

    code = "email_taken"
    title = "E-mail taken"


class NotAGuest(Conflict):
    """Only guests can be upgraded."""

    code = "not_a_guest"
    title = "Not a guest"


class GuestsHaveNoPassword(Conflict):
    """A guest has no e-mail and password yet; an upgrade gives both."""

    code = "upgrade_first"
    title = "Guests have no e-mail and password"


class WrongPassword(NotAllowed):
    """Not the caller's present password."""

    code = "wrong_password"
    title = "Wrong password"
