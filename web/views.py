"""The single page, whose script draws the place that the URL names, and pages for development."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from core import call_costs, problems
from core.mail import queue
from core.refusals import Refusal
from core.renderers import encode
from game import catalogue_json
from game import workbench as games
from game.author import catalogue, queues

ENGLISH = "en"
LANGUAGES = (ENGLISH, "de")
CHOSEN = "language"
"""The cookie in which the page keeps the language that the reader has chosen."""


@require_safe
@cache_control(no_cache=True)
@vary_on_headers("Accept-Language", "Cookie")
def shell(request: HttpRequest, **_place: str) -> HttpResponse:
    """Return the page without content. It contains no user data; only the script knows the user."""
    language = language_of(request)
    translation = None if language == ENGLISH else f"web/texts/{language}.js"
    context = {
        "language": language,
        "theme": settings.THEME,
        "page_json": msgspec.json.encode(_page(language)).decode(),
        "translation": translation,
    }
    response = render(request, "web/shell.html", context)
    microphone = "(self)" if "voice" in settings.SECTIONS else "()"
    response["Permissions-Policy"] = f"microphone={microphone}, camera=(), geolocation=()"
    return response


@csrf_exempt
def signed_in(request: HttpRequest) -> HttpResponse:
    """Return the page to which providers send users back.

    Apple sends a form: its fields go on in the URL, as others send them. The page checks ``state``.
    """
    if request.method != "POST":
        return shell(request)
    sent = {name: request.POST[name] for name in ("code", "state", "error") if name in request.POST}
    return HttpResponse(status=303, headers={"Location": f"/signed-in?{urlencode(sent)}"})


def language_of(request: HttpRequest) -> str:
    """Return the language that the reader has chosen, or else the first that their browser prefers."""
    chosen = request.COOKIES.get(CHOSEN)
    if chosen in LANGUAGES:
        return chosen
    asked = (
        tag.partition("-")[0]
        for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    )
    return next((language for language in asked if language in LANGUAGES), ENGLISH)


def _page(language: str) -> dict[str, Any]:
    """Return the settings that the page's script follows."""
    return {
        "language": language,
        "languages": LANGUAGES,
        "title": settings.THEME.title,
        "logo": static(settings.THEME.logo),
        "texts": settings.THEME.texts.get(language, {}),
        "sections": settings.SECTIONS,
        "sign_in_ways": settings.SIGN_IN_WAYS,
        "terms_url": settings.TERMS_URL,
        "adult_age": settings.ADULT_AGE,
        "pushes": bool(settings.PUSH_KEY),
        "livekit": static("web/vendor/livekit-client.js") if settings.VOICE.livekit_url else "",
        "player_mfa": settings.PLAYER_MFA,
        "asks_consent": bool(settings.TERMS_VERSION or settings.ADULT_AGE),
        "first_game": catalogue.first(settings.FIRST_GAME, "connect_four"),
        "games": {one.game.name: one.game.title for one in queues.offered()},
    }


@require_safe
@cache_control(no_cache=True)
def theme(request: HttpRequest) -> HttpResponse:
    """Return the theme's colours, which take precedence over those of the platform."""
    return HttpResponse(settings.THEME.css(), content_type="text/css")


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """Answer 404 for an unknown path: with the page for browsers, else with a problem."""
    wanted = request.get_preferred_type(["application/problem+json", "text/html"])
    if request.method in {"GET", "HEAD"} and wanted == "text/html":
        response = shell(request)
        response.status_code = 404
        return response
    return problems.not_found(request)


@require_safe
@cache_control(no_store=True)
def calls(request: HttpRequest) -> HttpResponse:
    """Show the slowest routes and their statements; with ``DEBUG`` off there is no such page."""
    if not settings.DEBUG:
        return unknown(request)
    here = request.resolver_match.route if request.resolver_match else ""
    others = [_figures(calls) for calls in call_costs.recent_calls() if calls.route != here]
    others.sort(key=lambda call: -call["p50_ms"])
    return render(request, "web/calls.html", {"title": "Calls", "calls": others})


@require_safe
@cache_control(no_store=True)
def mails(request: HttpRequest) -> HttpResponse:
    """Show the newest mails, as a page or as JSON; with ``DEBUG`` off there is no such page."""
    if not settings.DEBUG:
        return unknown(request)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        sent = [
            {
                "to": mail.address,
                "subject": mail.subject,
                "text": mail.text,
                "html": mail.html,
                "at": mail.sent_at,
            }
            for mail in queue.latest(100)
            if mail.sent_at is not None
        ]
        return HttpResponse(encode(sent), content_type="application/json")
    return render(request, "web/mails.html", {"title": "Mail", "mails": queue.latest(100)})


@require_safe
@cache_control(no_store=True)
def looks(request: HttpRequest) -> HttpResponse:
    """Show every component in every state; with ``DEBUG`` off there is no such page."""
    return render(request, "web/looks.html") if settings.DEBUG else unknown(request)


def _figures(calls: call_costs.RecentCalls) -> dict[str, Any]:
    last = len(calls.durations) - 1
    return {
        "method": calls.method,
        "route": calls.route,
        "count": calls.count,
        "p50_ms": calls.durations[last // 2] * 1000,
        "p99_ms": calls.durations[last * 99 // 100] * 1000,
        "statements": sum(statement.count for statement in calls.statements) / calls.count,
        "database_ms": calls.database_seconds / calls.count * 1000,
        "executed": [
            {
                "text": statement.text,
                "per_call": statement.count / calls.count,
                "ms": statement.seconds / statement.count * 1000,
            }
            for statement in calls.statements
        ],
    }


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
def workbench(request: HttpRequest, name: str) -> HttpResponse:
    """Show the page on which a game's author plays all its seats, and answer what it asks.

    With ``DEBUG`` off there is no such page.
    """
    if not settings.DEBUG or not catalogue.offers(name):
        return unknown(request)
    if request.method == "POST":
        return _workbench_answer(request, name)
    entry = msgspec.to_builtins(catalogue_json.entry(catalogue.get(name)))
    return render(request, "web/workbench.html", {"entry": entry})


def _workbench_answer(request: HttpRequest, name: str) -> HttpResponse:
    # Another site's page cannot send this type without being allowed to.
    if request.content_type != "application/json":
        return problems.problem(415, "Send JSON.")
    try:
        question = msgspec.json.decode(request.body, type=games.Question)
        return HttpResponse(encode(games.answer(name, question)), content_type="application/json")
    except Refusal as refusal:
        return problems.refusal_response(refusal)
    except msgspec.MsgspecError as error:
        return problems.problem(422, f"{error}.")
