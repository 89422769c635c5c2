"""Admission to voice channels, and the servers with credentials that a participant needs."""

import time
from uuid import UUID

from django.conf import settings

from accounts import bans
from core.ids import UserId
from voice import channels, rules
from voice.channels import Admission
from voice.events import IceServer, LiveKit
from voice.refusals import VoiceOff


def admit(user_id: UserId, *, kind: str, id: int | UUID) -> Admission:
    """Return the user's admission to a channel.

    Raises ``VoiceOff``, ``UnknownChannel``, ``MutedEverywhere``, and what the owning app raises.
    """
    if "voice" not in settings.SECTIONS:
        raise VoiceOff
    bans.check_speech(user_id)
    return channels.admit(user_id, kind=kind, id=id)


def most(admission: Admission) -> int:
    """Return how many may take part in the channel."""
    return admission.size if uses_livekit(admission) else min(admission.size, rules.MESH_SIZE)


def uses_livekit(admission: Admission) -> bool:
    """Return whether the channel talks through LiveKit: it may hold more people than a mesh carries."""
    return bool(settings.VOICE.livekit_url) and admission.size > rules.MESH_SIZE


def is_relay_only() -> bool:
    """Return whether participants connect through TURN alone, and so do not learn each other's address."""
    return bool(settings.VOICE.relay_only)


def ice_servers(user_id: UserId) -> list[IceServer]:
    """Return the STUN and TURN servers, with credentials for this user."""
    voice, servers = settings.VOICE, []
    if voice.stun_urls and not voice.relay_only:
        servers.append(IceServer(urls=voice.stun_urls))
    if voice.turn_urls:
        username, password = rules.turn_credentials(voice.turn_secret, user_id, now=time.time())
        servers.append(IceServer(urls=voice.turn_urls, username=username, credential=password))
    return servers


def livekit(admission: Admission, *, user_id: UserId, name: str) -> LiveKit | None:
    """Return the address and token of the channel's LiveKit room, if it talks through one."""
    if not uses_livekit(admission):
        return None
    voice = settings.VOICE
    token = rules.livekit_token(
        voice.livekit_key,
        voice.livekit_secret,
        room=admission.channel,
        user_id=user_id,
        name=name,
        may_speak=user_id not in admission.muted,
        now=time.time(),
    )
    return LiveKit(url=voice.livekit_url, token=token)
