"""Routes of lobbies and direct messages."""

from chat.api import direct, lobbies, messages, reports
from core.routes import route

urlpatterns = [
    route("api/lobbies", lobbies.Lobbies.as_view()),
    route("api/lobbies/<int:lobby_id>", lobbies.OneLobby.as_view()),
    route("api/lobbies/<int:lobby_id>/join", lobbies.Join.as_view()),
    route("api/lobbies/<int:lobby_id>/leave", lobbies.Leave.as_view()),
    route("api/lobbies/<int:lobby_id>/start", lobbies.Start.as_view()),
    route("api/lobbies/<int:lobby_id>/kick", lobbies.Kick.as_view()),
    route("api/lobbies/<int:lobby_id>/ban", lobbies.Ban.as_view()),
    route("api/lobbies/<int:lobby_id>/unban", lobbies.Unban.as_view()),
    route("api/lobbies/<int:lobby_id>/mute", lobbies.Mute.as_view()),
    route("api/lobbies/<int:lobby_id>/unmute", lobbies.Unmute.as_view()),
    route("api/lobbies/<int:lobby_id>/sanctions", lobbies.Sanctions.as_view()),
    route("api/lobbies/<int:lobby_id>/moderators", lobbies.Moderators.as_view()),
    route("api/lobbies/<int:lobby_id>/messages", messages.Messages.as_view()),
    route("api/lobbies/<int:lobby_id>/messages/<int:message_id>", messages.OneMessage.as_view()),
    route(
        "api/lobbies/<int:lobby_id>/messages/<int:message_id>/reactions/<str:kind>",
        messages.Reaction.as_view(),
    ),
    route("api/lobbies/<int:lobby_id>/messages/<int:message_id>/pin", messages.Pin.as_view()),
    route("api/lobbies/<int:lobby_id>/read", messages.Read.as_view()),
    route("api/lobbies/<int:lobby_id>/messages/<int:message_id>/report", messages.Reports.as_view()),
    route("api/reports", reports.Reports.as_view()),
    route("api/dm", direct.Threads.as_view()),
    route("api/dm/<int:friend_id>/messages", direct.Messages.as_view()),
    route("api/dm/<int:friend_id>/messages/<int:message_id>", direct.OneMessage.as_view()),
    route("api/dm/<int:friend_id>/messages/<int:message_id>/reactions/<str:kind>", direct.Reaction.as_view()),
    route("api/dm/<int:friend_id>/read", direct.Read.as_view()),
]
