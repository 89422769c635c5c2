"""Routes of friends."""

from core.routes import route
from friends import api

urlpatterns = [
    route("api/friends", api.Friends.as_view()),
    route("api/friends/requests", api.Requests.as_view()),
    route("api/friends/requests/<int:request_id>/accept", api.Accept.as_view()),
    route("api/friends/requests/<int:request_id>/decline", api.Decline.as_view()),
    route("api/friends/requests/<int:request_id>/cancel", api.Cancel.as_view()),
    route("api/friends/blocks", api.Blocks.as_view()),
    route("api/friends/<int:user_id>", api.OneFriend.as_view()),
    route("api/friends/<int:user_id>/block", api.OneBlock.as_view()),
    route("api/friends/<int:user_id>/common", api.CommonFriends.as_view()),
]
