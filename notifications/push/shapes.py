"""Structs of the routes of push notifications."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from core.shapes import about

Key = Annotated[str, Meta(min_length=1, max_length=100), about("base64url")]


class Kinds(Struct, kw_only=True, frozen=True):
    """The kinds of notifications that the user wants pushed."""

    messages: Annotated[bool, about("Direct messages, and mentions in lobbies")]
    invites: bool
    turns: Annotated[bool, about("The user's turn in a correspondence game")]
    friend_requests: bool


class ChangedKinds(Struct, kw_only=True, frozen=True):
    """Kinds to switch on or off."""

    messages: bool | UnsetType = UNSET
    invites: bool | UnsetType = UNSET
    turns: bool | UnsetType = UNSET
    friend_requests: bool | UnsetType = UNSET


class Pushing(Struct, kw_only=True, frozen=True):
    """The notifications of the user while no page is seen."""

    public_key: Annotated[str | None, about("The server's, for `pushManager.subscribe`; null: no push here")]
    subscribed: Annotated[bool, about("Whether the device that asks is subscribed")]
    kinds: Kinds


class Keys(Struct, kw_only=True, frozen=True):
    """The keys of a browser's subscription."""

    p256dh: Key
    auth: Key


class NewSubscription(Struct, kw_only=True, frozen=True):
    """A browser's subscription, as `PushSubscription.toJSON` gives it, and the language of its page."""

    endpoint: Annotated[str, Meta(max_length=1000), about("An https address")]
    keys: Keys
    language: Literal["en", "de"] = "en"
