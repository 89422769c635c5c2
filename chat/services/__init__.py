"""All writes to lobbies, their messages and moderation, and direct messages."""

from chat.services.direct import delete_direct, edit_direct, mark_read, post_direct, react_to_direct
from chat.services.flags import Evidence, Flag, Sign, raise_flags
from chat.services.lobbies import (
    close_lobby,
    create_lobby,
    edit_lobby,
    join_lobby,
    leave_every_lobby,
    leave_lobby,
    start_game,
)
from chat.services.merging import take_over
from chat.services.messages import (
    Post,
    delete_message,
    edit_message,
    pin_message,
    post_message,
    post_messages,
    react,
    read_lobby,
)
from chat.services.moderation import appoint, ban, dismiss, kick, lift, mute, unban, unmute
from chat.services.reports import (
    claim_report,
    report_direct,
    report_message,
    report_name,
    report_player,
    settle_report,
)

__all__ = [
    "Evidence",
    "Flag",
    "Post",
    "Sign",
    "appoint",
    "ban",
    "claim_report",
    "close_lobby",
    "create_lobby",
    "delete_direct",
    "delete_message",
    "dismiss",
    "edit_direct",
    "edit_lobby",
    "edit_message",
    "join_lobby",
    "kick",
    "leave_every_lobby",
    "leave_lobby",
    "lift",
    "mark_read",
    "mute",
    "pin_message",
    "post_direct",
    "post_message",
    "post_messages",
    "raise_flags",
    "react",
    "react_to_direct",
    "read_lobby",
    "report_direct",
    "report_message",
    "report_name",
    "report_player",
    "settle_report",
    "start_game",
    "take_over",
    "unban",
    "unmute",
]
