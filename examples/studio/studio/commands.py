"""Commands of the track's socket."""

from typing import Annotated

from msgspec import Meta

from gameplatform.extend import Command


class DriveLap(Command):
    """Record a lap."""

    ms: Annotated[int, Meta(ge=1)]
