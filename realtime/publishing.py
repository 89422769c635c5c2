"""Announcing events: after the commit from services, at once from live play."""

from django.db import transaction

from realtime import reactions, streams, worker
from realtime.messages import Ephemeral, Event, encode


def publish(event: Event) -> None:
    """Announce what a service changed: reactions run now, listeners hear of it once the transaction commits.

    For synchronous code on any thread, in a server or in a management command. What reactions announce is
    heard after it.
    """
    transaction.on_commit(lambda: _emit(event), robust=True)
    reactions.run(event)


def publish_now(event: Event) -> None:
    """Announce at once what is never stored, from the worker's loop."""
    _offer(worker.current(), event)


def _emit(event: Event) -> None:
    running = worker.running()
    if running is None:
        for topic, frame, key in _addressed(event):
            streams.publish_from_outside(topic, frame, key)
    else:
        running.loop.call_soon_threadsafe(_offer, running, event)


def _offer(here: worker.Worker, event: Event) -> None:
    for topic, frame, key in _addressed(event):
        here.streams.offer(topic, frame, key)


def _addressed(event: Event) -> list[tuple[streams.Topic, bytes, str | None]]:
    frame = encode(event)
    key = event.coalescing_key() if isinstance(event, Ephemeral) else None
    audience = event.audience()
    return [(topic, frame, key) for topic in (audience if isinstance(audience, tuple) else (audience,))]
