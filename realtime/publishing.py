"""Announcing events: after the commit from services, at once from live play."""

from django.db import transaction

from realtime import metrics, reactions, streams, worker
from realtime.messages import Ephemeral, Event, encode
from realtime.topics import Topic


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
        for topic in _audience(event):
            streams.publish_from_outside(topic, _packed(event))
    else:
        running.loop.call_soon_threadsafe(_offer, running, event)


def _offer(here: worker.Worker, event: Event) -> None:
    packed = _packed(event)
    metrics.told[type(event).__name__] += 1
    for topic in _audience(event):
        here.streams.offer(topic, packed)


def _audience(event: Event) -> tuple[Topic, ...]:
    audience = event.audience()
    return audience if isinstance(audience, tuple) else (audience,)


def _packed(event: Event) -> streams.Passing | bytes:
    frame = encode(event)
    if isinstance(event, Ephemeral):
        return streams.Passing(frame, event.coalescing_key(), event.but_user_id())
    return streams.lasting(frame, event.closing())
