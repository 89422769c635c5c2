"""All writes to lobbies, their messages and moderation, and direct messages."""

from chat.services.direct import mark_read, post_direct
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
    post_message,
    post_messages,
    report_message,
    settle_report,
)
from chat.services.moderation import appoint, ban, dismiss, kick, lift, mute, unban, unmute

__all__ = [
    "Post",
    "appoint",
    "ban",
    "close_lobby",
    "create_lobby",
    "delete_message",
    "dismiss",
    "edit_lobby",
    "join_lobby",
    "kick",
    "leave_every_lobby",
    "leave_lobby",
    "lift",
    "mark_read",
    "mute",
    "post_direct",
    "post_message",
    "post_messages",
    "report_message",
    "settle_report",
    "start_game",
    "take_over",
    "unban",
    "unmute",
]
