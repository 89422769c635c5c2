"""Refusals of subscriptions."""

from core.refusals import Conflict


class PushOff(Conflict):
    """This server pushes no notifications."""

    code = "push_off"
    title = "No push notifications"
