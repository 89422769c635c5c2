"""Reactions that push what is addressed to a user."""

from datetime import timedelta

from django.conf import settings

from accounts.events import SessionsEnded
from chat.events import DirectMessage, Mention
from friends.events import FriendRequest
from game.events import YourTurn
from matchmaking.invites.events import InviteCreated
from notifications.push import rules, services
from realtime.reactions import reacts_to


@reacts_to(SessionsEnded)
def forget_devices(event: SessionsEnded) -> None:
    """Send nothing more to who has signed out."""
    services.unsubscribe(session_ids=event.session_ids)


@reacts_to(DirectMessage)
def push_message(event: DirectMessage) -> None:
    """Push a direct message to its receiver."""
    message = event.message
    facts = {"name": message.sender.username, "text": message.content}
    services.notify(
        message.to_user_id,
        kind=rules.MESSAGES,
        says="message",
        facts=facts,
        path=f"/friends/{message.sender.id}",
    )


@reacts_to(Mention)
def push_mention(event: Mention) -> None:
    """Push a lobby message to a member whom it names."""
    facts = {
        "name": event.message.sender.username,
        "lobby": event.title,
        "text": event.message.content,
    }
    services.notify(
        event.user_id,
        kind=rules.MESSAGES,
        says="mention",
        facts=facts,
        path=f"/lobbies/{event.lobby_id}",
    )


@reacts_to(InviteCreated)
def push_invite(event: InviteCreated) -> None:
    """Push an invite, for as long as it can be answered."""
    invite = event.invite
    services.notify(
        invite.to_user.id,
        kind=rules.INVITES,
        says=f"invite_{invite.kind}",
        facts={"name": invite.from_user.username, "game": invite.game or ""},
        path="/play",
        lasts=timedelta(seconds=settings.INVITE_TTL),
    )


@reacts_to(YourTurn)
def push_turn(event: YourTurn) -> None:
    """Push that it is the user's turn."""
    services.notify(
        event.user_id,
        kind=rules.TURNS,
        says="turn",
        facts={"game": event.game},
        path=f"/games/{event.game_id}",
    )


@reacts_to(FriendRequest)
def push_request(event: FriendRequest) -> None:
    """Push a friend request to whom it asks."""
    request = event.request
    services.notify(
        request.to_user.id,
        kind=rules.REQUESTS,
        says="friend_request",
        facts={"name": request.from_user.username},
        path="/friends",
    )
