"""The page as an app: its manifest, its service worker, and what they name."""

import json
import re
import struct
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings

from core.theme import Theme


def test_the_manifest_has_the_icons_that_it_names(client: Client) -> None:
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    manifest = response.json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/play", "/", "standalone")
    drawn = [icon for icon in manifest["icons"] if icon.get("type") == "image/png"]
    assert {(icon["sizes"], icon["purpose"]) for icon in drawn} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in drawn:
        data = Path(str(finders.find(icon["src"].removeprefix("/static/")))).read_bytes()
        width, height = struct.unpack(">II", data[16:24])
        assert (data[1:4], f"{width}x{height}") == (b"PNG", icon["sizes"])
    assert '<link rel="manifest" href="/manifest.webmanifest">' in client.get("/").text


def test_the_manifest_has_the_name_the_logo_and_the_colours_of_the_theme(
    client: Client, settings: Settings
) -> None:
    settings.THEME = Theme(title="Lantern", logo="web/early.js", light={"accent": "#a33c00"})
    manifest = client.get("/manifest.webmanifest").json()
    assert (manifest["name"], manifest["theme_color"]) == ("Lantern", "#a33c00")
    assert [icon["src"] for icon in manifest["icons"]] == ["/static/web/early.js"]
    assert "Lantern" in client.get("/offline").text


def shell_of(client: Client, language: str) -> dict[str, object]:
    """Return what the service worker is given."""
    text = client.get("/worker.js", headers={"accept-language": language}).text
    shell: dict[str, object] = json.loads(re.search(r"^self\.SHELL = (.*);$", text, re.MULTILINE)[1])
    assert f"worker.js?{shell['version']}" in text
    return shell


def test_the_worker_keeps_all_that_its_offline_page_needs_and_is_another_one_if_that_changes(
    client: Client, settings: Settings
) -> None:
    before = shell_of(client, "en")
    assert before == shell_of(client, "en")
    named = set(re.findall(r'(?:src|href)="(/[^"]+)"', client.get("/offline").text))
    assert named <= set(before["files"])  # type: ignore[call-overload]
    assert all(finders.find(name.removeprefix("/static/")) for name in named)

    versions = {before["version"], shell_of(client, "de")["version"]}
    settings.THEME = Theme(title="Lantern")
    versions.add(shell_of(client, "en")["version"])
    settings.THEME = Theme(light={"accent": "#a33c00"})
    versions.add(shell_of(client, "en")["version"])
    assert len(versions) == 4


@pytest.mark.parametrize(("language", "words"), [("en", "You are offline"), ("de", "Du bist offline")])
def test_the_offline_page_speaks_the_readers_language_and_obeys_the_policy(
    client: Client, language: str, words: str
) -> None:
    page = client.get("/offline", headers={"accept-language": language})
    assert words in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page.text)


def test_workers_and_manifests_come_from_this_server_alone(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
