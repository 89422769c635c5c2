"""The page as an app: its manifest, its service worker, and the page that is shown offline."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from core.renderers import encode
from core.theme import Theme
from web.views import language_of

OFFLINE = "/offline"
ICONS = {"icon-192.png": ("192x192", "any"), "icon-512.png": ("512x512", "any")}
MASKABLE = {"icon-maskable.png": ("512x512", "maskable")}
ACCENT, GROUND = "#3a5bd0", "#f3f4f7"
"""The colours of ``web/theme.css``, where the theme has no others."""


@require_safe
@cache_control(no_cache=True)
@vary_on_headers("Accept-Language", "Cookie")
def manifest(request: HttpRequest) -> HttpResponse:
    """Return what a browser needs to install the page as an app, under the deployment's name."""
    theme = settings.THEME
    about = {
        "id": "/",
        "name": theme.title,
        "short_name": theme.title,
        "description": theme.description,
        "lang": language_of(request),
        "start_url": "/play",
        "scope": "/",
        "display": "standalone",
        "theme_color": theme.light.get("accent", ACCENT),
        "background_color": theme.light.get("ground", GROUND),
        "icons": _icons(theme),
    }
    return HttpResponse(encode(about), content_type="application/manifest+json")


def _icons(theme: Theme) -> list[dict[str, str]]:
    logo = {"src": static(theme.logo), "sizes": "any", "purpose": "any"}
    if theme.logo != Theme().logo:
        return [logo]
    drawn = [
        {"src": static(f"web/icons/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, (sizes, purpose) in (ICONS | MASKABLE).items()
    ]
    return [logo, *drawn]


@require_safe
@cache_control(no_cache=True)
@vary_on_headers("Accept-Language", "Cookie")
def worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker of the whole page, which is another one if what it keeps has changed."""
    language = language_of(request)
    files = _files()
    kept = hashlib.sha256(render_to_string("web/offline.html", _context(language)).encode())
    kept.update(settings.THEME.css().encode())
    for name in (*files, "web/worker.js"):
        found = finders.find(name)
        kept.update(Path(found).read_bytes() if found else b"")
    version = kept.hexdigest()[:16]
    shell = {
        "version": version,
        "offline": OFFLINE,
        "files": [*map(static, files), *(["/theme.css"] if settings.THEME.css() else [])],
        "icon": static(settings.THEME.logo),
    }
    script = f"self.SHELL = {msgspec.json.encode(shell).decode()};\n"
    script += f'importScripts("{static("web/worker.js")}?{version}");\n'
    return HttpResponse(script, content_type="text/javascript")


def _files() -> list[str]:
    """Return the static files of the page that is shown offline."""
    names = ("theme.css", "app.css", "early.js", "offline.js", "fonts/bricolage-grotesque.woff2")
    return [*(f"web/{name}" for name in names), settings.THEME.logo]


@require_safe
@cache_control(no_cache=True)
@vary_on_headers("Accept-Language", "Cookie")
def offline(request: HttpRequest) -> HttpResponse:
    """Return the page that the service worker shows while the server cannot be reached."""
    return render(request, "web/offline.html", _context(language_of(request)))


def _context(language: str) -> dict[str, Any]:
    return {"language": language, "theme": settings.THEME}
