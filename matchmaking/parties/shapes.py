"""The answers of the parties' routes beside what the sockets carry too, which ``events`` declares."""

from typing import Annotated

from msgspec import Struct

from core.shapes import one_of


class Gone(Struct, kw_only=True, frozen=True):
    """Confirms that the caller is in no party now."""

    status: Annotated[str, one_of(["left", "disbanded"])]
