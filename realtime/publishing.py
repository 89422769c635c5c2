"""Announcing events: after the commit from services, at once from live play."""

from realtime import answering, metrics, reactions, streams, worker
from realtime.answering import Asker, Question, asker_of
from realtime.messages import Ephemeral, Event, Internal, encode
from realtime.topics import Topic


def publish(event: Event) -> None:
    """Announce what a service changed: reactions run now, listeners hear of it once the transaction commits.

    For synchronous code on any thread, in a server or in a management command. What reactions announce is
    heard after it.
    """
    publish_for(answering.current(), event)


def publish_for(question: Question | None, event: Event) -> None:
    """:func:`publish` an event that may answer this question."""
    if not isinstance(event, Internal):
        worker.once_committed(
            _tell, event, asker_of(event, question), outside=lambda: _publish_from_outside(event)
        )
    reactions.run(event)


def publish_now(event: Event) -> None:
    """Announce at once what is never stored, from the worker's loop."""
    _tell(event, asker_of(event, answering.current()))


def _tell(event: Event, asker: Asker | None) -> None:
    here = worker.current()
    packed = _packed(event, asker)
    metrics.told[type(event).__name__] += 1
    for topic in _audience(event):
        here.streams.offer(topic, packed)


def _publish_from_outside(event: Event) -> None:
    for topic in _audience(event):
        streams.publish_from_outside(topic, _packed(event))


def _audience(event: Event) -> tuple[Topic, ...]:
    audience = event.audience()
    return audience if isinstance(audience, tuple) else (audience,)


def _packed(event: Event, asker: Asker | None = None) -> streams.Passing | bytes:
    frame = encode(event)
    if isinstance(event, Ephemeral):
        return streams.Passing(frame, event.coalescing_key(), event.but_user_id())
    return streams.lasting(frame, event.closing(), asker)
