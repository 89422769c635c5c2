"""Commands of the notifications socket."""

from realtime.wire.messages import Command


class SetVisible(Command):
    """Say whether the page of this socket is seen; nothing is pushed to a user who looks at a page."""

    visible: bool
