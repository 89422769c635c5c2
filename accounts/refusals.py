"""Refusals of accounts."""

from core.refusals import Conflict, NotAllowed, RateLimited, Unauthenticated


class InvalidCredentials(Unauthenticated):
    """Unknown account or wrong password; the answer does not reveal which."""

    code = "invalid_credentials"
    title = "Wrong name or password"


class LockedOut(RateLimited):
    """Too many failed sign-ins."""

    code = "locked_out"
    title = "Locked out for a while"


class TokenInvalid(Unauthenticated):
    """The token is malformed, of another type, or not signed by this server."""

    code = "token_invalid"
    title = "Invalid token"


class TokenExpired(Unauthenticated):
    """The token has expired."""

    code = "token_expired"
    title = "Token expired"


class TokenReused(Unauthenticated):
    """A refresh token was used twice, so one of its holders has stolen it: the session ends."""

    code = "token_reused"
    title = "Refresh token used before"


class SessionEnded(Unauthenticated):
    """The session was ended, here or from another device, or timed out."""

    code = "session_ended"
    title = "Session ended"

    def __init__(self, message: str = "This session has ended; sign in again.") -> None:
        super().__init__(message)


class TicketInvalid(Unauthenticated):
    """The ticket is unknown, expired or already used."""

    code = "ticket_invalid"
    title = "Invalid ticket"


class UsernameTaken(Conflict):
    """The username is taken (case-insensitively)."""

    code = "username_taken"
    title = "Username taken"


class EmailTaken(Conflict):
    """Another account has this address."""

    code = "email_taken"
    title = "E-mail taken"


class NotAGuest(Conflict):
    """Only guests can be upgraded."""

    code = "not_a_guest"
    title = "Not a guest"


class GuestsHaveNoPassword(Conflict):
    """Guests have no e-mail and password; upgrading sets both."""

    code = "upgrade_first"
    title = "Guests have no e-mail and password"


class WrongPassword(NotAllowed):
    """The given password is not the caller's current one."""

    code = "wrong_password"
    title = "Wrong password"


class CodeInvalid(NotAllowed):
    """The code is wrong, has expired, was tried too often, or is for another address."""

    code = "code_invalid"
    title = "Invalid code"


class ResetInvalid(NotAllowed):
    """The link to set a new password is malformed, has expired or was used."""

    code = "reset_invalid"
    title = "Invalid link"


class AlreadyVerified(Conflict):
    """The address is verified."""

    code = "already_verified"
    title = "Already verified"
