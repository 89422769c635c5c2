"""The answers of the parties' routes beside what the sockets carry too, which ``events`` declares."""

from typing import Annotated

from msgspec import Meta, Struct

from core.shapes import one_of


class Gone(Struct, kw_only=True, frozen=True):
    """Confirms that the caller is in no party now."""

    status: Annotated[str, one_of(["left", "disbanded"])]


class Latencies(Struct, kw_only=True):
    """By region, the milliseconds that the client has measured."""

    latencies: Annotated[dict[str, Annotated[int, Meta(ge=0, le=60_000)]], Meta(max_length=100)]
