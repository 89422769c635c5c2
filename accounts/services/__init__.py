"""All writes to accounts and their sessions."""

from accounts.services.checks import check_password, check_unclaimed
from accounts.services.closing import erase, open_again, shut
from accounts.services.locks import lock, lock_open
from accounts.services.profile import change_password, change_profile, choose_language, rename
from accounts.services.registration import (
    become_full,
    create_by_provider,
    create_guest,
    register,
    register_guest,
    upgrade,
)
from accounts.services.sessions import (
    Device,
    SignedIn,
    end_session,
    end_sessions,
    keep_signed_in_after_restore,
    log_sign_in,
    name_session,
    open_session,
    rotate,
    sign_out_everywhere,
)
from accounts.services.visitors import allot_ids, copy_account, welcome

__all__ = [
    "Device",
    "SignedIn",
    "allot_ids",
    "become_full",
    "change_password",
    "change_profile",
    "check_password",
    "check_unclaimed",
    "choose_language",
    "copy_account",
    "create_by_provider",
    "create_guest",
    "end_session",
    "end_sessions",
    "erase",
    "keep_signed_in_after_restore",
    "lock",
    "lock_open",
    "log_sign_in",
    "name_session",
    "open_again",
    "open_session",
    "register",
    "register_guest",
    "rename",
    "rotate",
    "shut",
    "sign_out_everywhere",
    "upgrade",
    "welcome",
]
