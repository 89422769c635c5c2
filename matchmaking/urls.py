"""Routes of matchmaking."""

from core.routes import route
from matchmaking import api
from matchmaking.invites import api as invites
from matchmaking.parties import api as parties

urlpatterns = [
    route("game/join", api.Join.as_view()),
    route("game/leave", api.Leave.as_view()),
    route("game/accept", api.Accept.as_view()),
    route("game/decline", api.Decline.as_view()),
    route("game/status", api.Status.as_view()),
    route("api/queues", api.Queues.as_view()),
    route("api/invites", invites.Invites.as_view()),
    route("api/invites/<int:invite_id>", invites.One.as_view()),
    route("api/invites/<int:invite_id>/accept", invites.Accept.as_view()),
    route("api/invites/<int:invite_id>/decline", invites.Decline.as_view()),
    route("api/invites/<int:invite_id>/cancel", invites.Cancel.as_view()),
    route("api/party", parties.Own.as_view()),
    route("api/party/<int:party_id>", parties.One.as_view()),
    route("api/party/create", parties.Create.as_view()),
    route("api/party/join", parties.Join.as_view()),
    route("api/party/invite", invites.InviteToParty.as_view()),
    route("api/party/accept", invites.AcceptToParty.as_view()),
    route("api/party/decline", invites.DeclineToParty.as_view()),
    route("api/party/ready", parties.Ready.as_view()),
    route("api/party/latencies", parties.LatenciesOf.as_view()),
    route("api/party/chat", parties.Chat.as_view()),
    route("api/party/leave", parties.Leave.as_view()),
    route("api/party/kick", parties.Kick.as_view()),
    route("api/party/disband", parties.Disband.as_view()),
]
