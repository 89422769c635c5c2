"""Publishing events: from services after the commit, from live play at once."""

from realtime import hooks, metrics, reactions, worker
from realtime.delivery import streams
from realtime.wire import answering
from realtime.wire.answering import Asker, Question, asker_of
from realtime.wire.messages import Ephemeral, Event, Internal, encode
from realtime.wire.topics import Topic


def publish(event: Event) -> None:
    """Publish an event: reactions run now, listeners receive it after the transaction commits.

    For synchronous code on any thread, in a server or a management command. Events published by reactions are
    received after this one.
    """
    publish_for(answering.current(), event)


def publish_for(question: Question | None, event: Event) -> None:
    """Publish an event, like :func:`publish`, that may answer this command."""
    if not isinstance(event, Internal):
        worker.once_committed(
            _tell, event, asker_of(event, question), outside=lambda: _publish_from_outside(event)
        )
    reactions.run(event)
    hooks.run_after(event)


def publish_now(event: Event) -> None:
    """Publish an event at once, from the worker's loop. For live play, where nothing is committed."""
    _tell(event, asker_of(event, answering.current()))


def _tell(event: Event, asker: Asker | None) -> None:
    here = worker.current()
    packed = _packed(event, asker)
    metrics.published[type(event).__name__] += 1
    for topic in _audience(event):
        here.streams.offer(topic, packed)


def _publish_from_outside(event: Event) -> None:
    for topic in _audience(event):
        streams.publish_from_outside(topic, _packed(event))


def _audience(event: Event) -> tuple[Topic, ...]:
    audience = event.audience()
    return audience if isinstance(audience, tuple) else (audience,)


def _packed(event: Event, asker: Asker | None = None) -> streams.EphemeralFrame | bytes:
    frame = encode(event)
    if isinstance(event, Ephemeral):
        return streams.EphemeralFrame(frame, event.coalescing_key(), event.but_user_id())
    return streams.durable_frame(frame, event.closing(), asker)
