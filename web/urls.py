"""Every place of the page has its own URL, so that reload, back and shared links work."""

from django.conf import settings
from django.urls import re_path

from web.installing import manifest, offline, worker
from web.views import calls, looks, mails, shell, signed_in, theme, unknown, workbench

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
    "people",
    "people/(?P<username>[^/]+)",
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
    "verify",
    "code",
    "signed-in",
)
"""Must match ``PLACES`` in ``places.js``."""

_OF_SECTIONS = {
    "battles": "battles",
    "lobbies": "lobbies",
    "pets": "profile/pets",
    "shop": "profile/shop",
    "world": "world",
}
_LEFT_OUT = tuple(place for section, place in _OF_SECTIONS.items() if section not in settings.SECTIONS)

urlpatterns = [
    re_path(r"^signed-in/?$", signed_in),
    *(re_path(rf"^{place}/?$", shell) for place in PLACES if not place.startswith(_LEFT_OUT)),
    re_path(r"^theme\.css$", theme),
    re_path(r"^manifest\.webmanifest$", manifest),
    re_path(r"^worker\.js$", worker),
    re_path(r"^offline$", offline),
    re_path(r"^dev/calls/?$", calls),
    re_path(r"^dev/looks/?$", looks),
    re_path(r"^dev/mail/?$", mails),
    re_path(r"^dev/games/(?P<name>\w+)/?$", workbench),
    re_path("", unknown),
]
