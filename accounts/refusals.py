"""Refusals of accounts."""

from datetime import datetime

from core.refusals import Conflict, NotAllowed, NotFound, RateLimited, Unauthenticated, Unavailable


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


class NotMergeable(Conflict):
    """These two accounts cannot be merged."""

    code = "not_mergeable"
    title = "Accounts cannot be merged"


class StillPlaying(Conflict):
    """The account that is to be merged is in a game, a fight or a trade that has not ended."""

    code = "still_playing"
    title = "Still playing"


class OtherProofRequired(NotAllowed):
    """The token of the other account is not valid, or its session has not proven lately whose it is."""

    code = "other_proof_required"
    title = "Sign in to the other account again"


class MadeElsewhere(Conflict):
    """The account is of another cell, where it can be changed."""

    code = "made_elsewhere"
    title = "Change your account where it was made"


class UsernameTaken(Conflict):
    """The username is taken (case-insensitively)."""

    code = "username_taken"
    title = "Username taken"


class EmailTaken(Conflict):
    """Another account has this address."""

    code = "email_taken"
    title = "E-mail taken"


class Banned(NotAllowed):
    """The account, the device or the address is banned from the platform."""

    code = "banned"
    title = "Banned"

    def __init__(self, *, until: datetime | None, reason: str, appeals: str) -> None:
        super().__init__(" ".join(filter(None, ("You are banned.", reason, appeals))))
        self.members = {"until": until, "reason": reason, "appeals": appeals}


class MutedEverywhere(NotAllowed):
    """The user may not speak on the platform."""

    code = "muted"
    title = "You are muted"

    def __init__(self, *, until: datetime | None, reason: str) -> None:
        super().__init__(" ".join(filter(None, ("You are muted.", reason))))
        self.members = {"until": until, "reason": reason}


class UnderAge(NotAllowed):
    """The user has not reached the age for this, or has not given a date of birth."""

    code = "under_age"
    title = "Under age"


class MfaRequired(Unauthenticated):
    """The first factor is right, and the account has a second one."""

    code = "mfa_required"
    title = "Second factor required"

    def __init__(self, *, challenge: str, methods: list[str]) -> None:
        super().__init__("Answer the challenge with a code of the authenticator app or a recovery code.")
        self.members = {"challenge": challenge, "methods": methods}


class MfaSetupRequired(NotAllowed):
    """Players need an authenticator app here (``PLAYER_MFA``), and this account has none."""

    code = "mfa_setup_required"
    title = "Set up an authenticator app first"


class ProofRequired(NotAllowed):
    """This needs a fresh proof of who the caller is: a second factor, or another sign-in."""

    code = "proof_required"
    title = "Fresh proof required"

    def __init__(self, *, methods: list[str]) -> None:
        super().__init__("Prove first that it is you.")
        self.members = {"methods": methods}


class ProviderRefused(Unauthenticated):
    """The provider does not vouch for this user, or what the client sent does not prove it."""

    code = "provider_refused"
    title = "Refused by the provider"


class ProviderUnavailable(Unavailable):
    """The provider cannot be reached."""

    code = "provider_unavailable"
    title = "Provider unavailable"


class PasskeyRefused(NotAllowed):
    """The answer of the authenticator does not fit, came too late or came twice."""

    code = "passkey_refused"
    title = "Passkey refused"


class UnknownDevice(NotFound):
    """No account is linked to this device."""

    code = "unknown_device"
    title = "Unknown device"


class LinkedElsewhere(Conflict):
    """Another account has this way in."""

    code = "linked_elsewhere"
    title = "Linked to another account"


class AlreadyLinked(Conflict):
    """The account has such a way in."""

    code = "already_linked"
    title = "Already linked"


class LastWayIn(Conflict):
    """Without this way in nobody could sign in to the account any more."""

    code = "last_way_in"
    title = "Last way in"


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
