"""Every place of the page has its own URL, so that reload, back and shared links work."""

from django.urls import re_path

from web.views import calls, mails, shell, unknown, workbench

PLACES = (
    "",
    "play",
    "games/(?P<game_id>[^/]+)",
    "watch",
    "replay/(?P<game_id>[^/]+)",
    "lobbies",
    "lobbies/(?P<lobby_id>[^/]+)",
    "friends",
    "friends/(?P<friend_id>[^/]+)",
    "battles",
    "battles/(?P<battle_id>[^/]+)",
    "world",
    "leaderboard",
    "leaderboard/(?P<game>[^/]+)",
    "profile",
    "profile/inventory",
    "profile/pets",
    "profile/shop",
    "profile/account",
    "signin",
    "register",
    "forgotten",
    "reset",
)
"""Must match ``PLACES`` in ``places.js``."""

urlpatterns = [
    *(re_path(rf"^{place}/?$", shell) for place in PLACES),
    re_path(r"^dev/calls/?$", calls),
    re_path(r"^dev/mail/?$", mails),
    re_path(r"^dev/games/(?P<name>\w+)/?$", workbench),
    re_path("", unknown),
]
