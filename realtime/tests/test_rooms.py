"""The realtime layer in one process: snapshots, order, resume, refusals, limits."""

import asyncio
from typing import Any, cast

import pytest
from pytest_django import Settings
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import OutOfMemoryError

from core.database import in_database
from core.ids import UserId
from core.refusals import NotAllowed
from realtime.connections.connection import MAX_FRAMES
from realtime.delivery import history, streams
from realtime.delivery.history import History, forget, keys
from realtime.delivery.streams import durable_frame
from realtime.publishing import publish_now
from realtime.testing import WITHIN_S, Closed, Player
from realtime.tests.conftest import Expelled, Room, RoomState, Said, application
from realtime.wire.messages import Closing, encode
from realtime.wire.topics import Topic
from realtime.worker import Worker


async def test_all_in_a_room_hear_what_is_said_in_one_order(enter: Any) -> None:
    ada, bob = await enter(1), await enter(2)
    start = (await ada.hear("room_state"))["seq"]
    await bob.hear("room_state")
    for word in ("one", "two", "three"):
        await ada.send(type="say", message=word)
    heard = [[await who.hear("said") for _ in range(3)] for who in (ada, bob)]
    assert heard[0] == heard[1]
    assert [frame["message"] for frame in heard[0]] == ["one", "two", "three"]
    first = heard[0][0]["seq"]
    assert [frame["seq"] for frame in heard[0]] == [first, first + 1, first + 2]
    assert start < first


async def test_who_comes_back_hears_what_was_missed(enter: Any) -> None:
    ada, bob = await enter(1), await enter(2)
    await ada.hear("room_state")
    await bob.hear("room_state")
    await ada.send(type="say", message="before")
    seen = (await bob.hear("said"))["seq"]
    await ada.hear("said")
    await bob.leave()
    for word in ("missed", "this"):
        await ada.send(type="say", message=word)
        await ada.hear("said")
    back = await enter(2, f"?since={seen}")
    resumed = await back.hear("resumed")
    assert resumed["recovered"] is True
    assert [(await back.hear("said"))["message"] for _ in range(2)] == ["missed", "this"]
    await ada.send(type="say", message="now")
    assert (await back.hear("said"))["seq"] == seen + 3


async def test_who_missed_more_than_waits_for_a_socket_hears_all_of_it(enter: Any, room: str) -> None:
    ada = await enter(1)
    seen = (await ada.hear("room_state"))["seq"]
    words = [str(number) for number in range(MAX_FRAMES + 10)]
    for word in words:
        publish_now(Said(room=room, message=word))
        await ada.hear("said")
    back = await enter(2, f"?since={seen}")
    assert (await back.hear("resumed"))["recovered"] is True
    assert [(await back.hear("said"))["message"] for _ in words] == words


async def test_who_left_before_anything_was_said_hears_all_of_it_on_return(enter: Any) -> None:
    ada, bob = await enter(1), await enter(2)
    await ada.hear("room_state")
    seen = (await bob.hear("room_state"))["seq"]
    await bob.leave()
    await ada.send(type="say", message="the first word")
    await ada.hear("said")
    back = await enter(2, f"?since={seen}")
    assert (await back.hear("resumed"))["recovered"] is True
    assert (await back.hear("said"))["message"] == "the first word"


async def test_who_was_away_too_long_gets_a_snapshot(enter: Any) -> None:
    ada = await enter(1)
    await ada.hear("room_state")
    await ada.send(type="say", message="hi")
    await ada.hear("said")
    back = await enter(2, "?since=17")
    state = await back.hear("room_state")
    assert state["recovered"] is False
    assert state["said"] == ["hi"]


async def test_a_fresh_socket_is_not_told_of_recovery(enter: Any) -> None:
    ada = await enter(1)
    assert "recovered" not in await ada.hear("room_state")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "invalid_json"),
        ("[]", "invalid_json"),
        ("null", "invalid_json"),
        ('"say"', "invalid_json"),
        ("{}", "invalid_message"),
        ('{"type": 3}', "unknown_type"),
        ('{"type": "shout", "message": "x"}', "unknown_type"),
        ('{"type": "say"}', "invalid_message"),
        ('{"type": "say", "message": ""}', "invalid_message"),
        ('{"type": "say", "message": 7}', "invalid_message"),
        ('{"type": "say", "message": "\\u0000"}', "invalid_message"),
        ('{"type": "say", "message": "\\ud800"}', "invalid_json"),
        ('{"type": "say", "message": "x", "id": [1]}', "invalid_message"),
        ("[" * 60_000, "invalid_json"),
        ('{"type": "say", "message": "fail"}', "internal_error"),
        ('{"type": "ponder"}', "not_allowed"),
    ],
)
async def test_a_bad_message_is_answered_and_the_socket_stays(enter: Any, frame: str, code: str) -> None:
    ada = await enter(1)
    await ada.hear("room_state")
    await ada.send_text(frame)
    assert await ada.refused() == code
    await ada.hear_nothing()


async def test_a_refusal_names_the_message_it_is_for(enter: Any) -> None:
    ada = await enter(1)
    await ada.hear("room_state")
    await ada.send(type="ponder", id="p1")
    assert (await ada.hear("error"))["ref"] == "p1"
    await ada.send(type="say", message=1, id=5)
    error = await ada.hear("error")
    assert error["ref"] == 5
    assert "message" in error["details"]


async def test_a_refusal_names_the_field_that_is_missing(enter: Any) -> None:
    ada = await enter(1)
    await ada.hear("room_state")
    await ada.send(type="say")
    assert list((await ada.hear("error"))["details"]) == ["message"]
    await ada.send_text("{}")
    assert list((await ada.hear("error"))["details"]) == ["type"]


async def test_text_that_only_looks_like_an_escaped_nul_is_said(enter: Any) -> None:
    ada = await enter(1)
    await ada.hear("room_state")
    await ada.send_text(r'{"type": "say", "message": "print \\u0000"}')
    assert (await ada.hear("said"))["message"] == "print \\u0000"
    await ada.send_text(r'{"type": "say", "message": "\\\u0000"}')
    assert await ada.refused() == "invalid_message"


async def test_frames_sent_before_the_snapshot_wait_for_it(enter: Any) -> None:
    ada = await enter(1)
    await ada.send(type="say", message="early")
    await ada.hear("room_state")
    assert (await ada.hear("said"))["message"] == "early"


async def test_a_binary_frame_closes_4400(enter: Any) -> None:
    ada = await enter(1)
    await ada.send_bytes(b"x")
    assert await ada.closed() == 4400


async def test_a_frame_over_the_limit_closes_1009(enter: Any) -> None:
    ada = await enter(1)
    await ada.send_text('{"type":"say","message":"%s"}' % ("x" * 70_000))
    assert await ada.closed() == 1009


async def test_flooding_closes_4429(enter: Any, settings: Settings) -> None:
    settings.SOCKET_MAX_RATE = 2
    ada = await enter(1)
    for _ in range(11):
        await ada.send(type="ping")
    assert await ada.closed() == 4429


@pytest.fixture
def is_let_in(enter: Any) -> Any:
    """Opens a socket, which stays open; whether it was let in, and if not, whether it was told why."""
    opened = []

    async def is_let_in(user: Any, **kwargs: Any) -> bool:
        opened.append(socket := await enter(user, **kwargs))
        frame = await socket.hear()
        if frame["type"] == "room_state":
            return True
        assert (frame["type"], frame["code"]) == ("error", "too_many_sockets")
        assert await socket.closed() == 4429
        return False

    vars(is_let_in)["opened"] = opened
    return is_let_in


async def test_a_user_has_at_most_twenty_sockets_and_another_for_each_that_closes(is_let_in: Any) -> None:
    assert [await is_let_in(1) for _ in range(21)] == [True] * 20 + [False]
    assert await is_let_in(2)

    for socket in is_let_in.opened[:2]:
        await socket.leave()

    assert [await is_let_in(1) for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("same", "other"),
    [
        (["198.51.100.7"] * 3, "198.51.100.8"),
        (["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::1"], "2001:db8:0:1::1"),
        (["::ffff:198.51.100.7", "198.51.100.7", "198.51.100.7"], "::ffff:198.51.100.8"),
    ],
)
async def test_an_address_has_so_many_sockets_with_a_token_or_without(
    is_let_in: Any, room: str, settings: Settings, same: Any, other: str
) -> None:
    settings.SOCKETS_PER_ADDRESS = 3
    assert [await is_let_in(user, address=same[user]) for user in (1, 2)] == [True, True]
    nobody = await Player(application, f"/ws/rooms/{room}", address=same[0]).enter()
    assert await nobody.closed() == 4401

    assert not await is_let_in(4, address=same[2])
    assert await is_let_in(5, address=other)
    await nobody.leave()
    await is_let_in.opened[0].leave()
    assert [await is_let_in(user, address=same[2]) for user in (6, 7, 8)] == [True, True, False]


async def test_addresses_that_are_not_limited_have_as_many_sockets_as_they_like(
    is_let_in: Any, settings: Settings
) -> None:
    settings.SOCKETS_PER_ADDRESS = 1
    addresses = ["127.0.0.1", "127.0.0.1", None, None]
    assert all([await is_let_in(user, address=address) for user, address in enumerate(addresses, 1)])


async def test_refusals_at_the_door_come_after_accept(enter: Any, room: str) -> None:
    assert await (await Player(application, f"/ws/rooms/{room}").enter()).closed() == 4401
    assert await (await Player(application, f"/ws/rooms/{room}", token="forged").enter()).closed() == 4401
    assert await (await Player(application, "/ws/nowhere", token="1").enter()).closed() == 4404
    assert await (await Player(application, "/ws/rooms/closed", token="1").enter()).closed() == 4403
    assert await (await enter(1, "?since=x")).closed() == 4400
    assert await (await enter(1, "?v=9.0")).closed() == 4400
    assert await (await enter(1, "?v=x")).closed() == 4400


@pytest.mark.parametrize(
    ("header", "subprotocols", "query", "who"),
    [
        ("Bearer 1", ("bearer", "2"), "?ticket=3&token=4", 1),
        ("Basic eDp5", ("chat", "bearer", "2"), "?ticket=3&token=4", 2),
        ("Basic eDp5", ("chat",), "?token=4&ticket=3", 3),
        ("", (), "?token=4", 4),
    ],
)
async def test_the_first_token_that_is_there_says_who_comes(
    enter: Any, room: str, header: str, subprotocols: tuple[Any, ...], query: str, who: int
) -> None:
    ada = await enter(9)
    await ada.hear("room_state")
    path, headers = f"/ws/rooms/{room}{query}", {"authorization": header}
    comer = await Player(application, path, headers=headers, subprotocols=subprotocols).enter()
    await comer.send(type="beckon")
    assert (await ada.hear("beckoned"))["user_id"] == who


async def test_a_token_that_is_bad_is_not_made_up_for_by_another(room: str) -> None:
    for ways in ({"headers": {"authorization": "Bearer"}}, {"subprotocols": ("bearer",)}):
        assert await (await Player(application, f"/ws/rooms/{room}?token=4", **ways).enter()).closed() == 4401
    assert await (await Player(application, f"/ws/rooms/{room}?ticket=x&token=4").enter()).closed() == 4401


async def test_the_paths_answer_with_and_without_a_slash(room: str) -> None:
    for path in (f"/ws/rooms/{room}", f"/ws/rooms/{room}/"):
        ada = await Player(application, path, token="1").enter()
        await ada.hear("room_state")


async def test_another_site_may_not_open_a_socket(room: str) -> None:
    ada = Player(application, f"/ws/rooms/{room}", token="1", headers={"origin": "https://evil.example"})
    with pytest.raises(AssertionError, match=r"websocket\.close"):
        await ada.enter()
    await Player(
        application, f"/ws/rooms/{room}", token="1", headers={"origin": "http://localhost:8000"}
    ).enter()


async def test_ending_a_session_closes_its_sockets(enter: Any, here: Worker) -> None:
    ada, bob = await enter(1), await enter(2)
    await ada.hear("room_state")
    here.sockets.close_sessions([1])
    assert await ada.closed() == 4401
    await bob.hear("room_state")
    await bob.hear_nothing()


async def test_what_is_told_to_all_but_one_is_told_to_all_but_one(enter: Any) -> None:
    phone, laptop, bob = await enter(1), await enter(1), await enter(2)
    for who in (phone, laptop, bob):
        await who.hear("room_state")
    await phone.send(type="beckon")
    assert (await bob.hear("beckoned"))["user_id"] == 1
    await phone.hear_nothing()
    await laptop.hear_nothing()


async def test_an_event_closes_the_sockets_it_names_once_they_have_heard_it(enter: Any) -> None:
    ada, phone, laptop = await enter(1), await enter(2), await enter(2)
    for who in (ada, phone, laptop):
        await who.hear("room_state")
    await ada.send(type="expel", user_id=2)
    for who in (phone, laptop):
        assert (await who.hear("expelled"))["user_id"] == 2
        with pytest.raises(Closed) as closed:
            await who.hear()
        assert (closed.value.code, closed.value.reason) == (4403, "expelled")
    seen = (await ada.hear("expelled"))["seq"]
    await ada.hear_nothing()
    back = await enter(1, f"?since={seen - 1}")
    await back.hear("resumed")
    assert (await back.hear("expelled"))["seq"] == seen


async def test_an_event_read_from_the_history_closes_sockets_too(enter: Any, here: Worker, room: str) -> None:
    bob = await enter(2)
    await bob.hear("room_state")
    await bob.send(type="say", message="here")
    await bob.hear("said")
    topic = Topic(room)
    packed = durable_frame(
        encode(Expelled(room=room, user_id=UserId(2))), Closing(4403, "expelled", UserId(2))
    )
    await History(here.redis).append([(topic, packed)])
    await here.streams.audit()
    await bob.hear("expelled")
    assert await bob.closed() == 4403


async def test_what_was_missing_while_others_listened_is_not_told_to_who_comes_after_them(
    enter: Any, here: Worker, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, kept = Topic(room), History.kept
    reading, go_on = asyncio.Event(), asyncio.Event()

    async def slow_kept(*asked: Any) -> list[bytes] | None:
        reading.set()
        await go_on.wait()
        return await kept(*asked)

    ada = await enter(1)
    await ada.hear("room_state")
    monkeypatch.setattr(History, "kept", slow_kept)
    await History(here.redis).append([(topic, durable_frame(encode(Said(room=room, message="1")), None))])
    await here.streams.audit()
    await reading.wait()
    await ada.leave()
    bob = await enter(2)
    await bob.hear("room_state")
    go_on.set()
    await asyncio.gather(*here.streams._tasks)
    await bob.hear_nothing()


async def test_who_may_not_see_the_room_any_more_is_closed_when_events_were_lost(
    enter: Any, here: Worker, room: str
) -> None:
    ada, bob = await enter(1), await enter(2)
    await ada.hear("room_state")
    await bob.hear("room_state")
    Room.shut_out.add(2)
    counter, frames = keys(Topic(room))
    await here.redis.incrby(counter, 1000)
    await here.redis.delete(frames)
    await here.streams.audit()
    await ada.hear("room_state")
    assert await bob.closed() == 4403


async def test_all_is_heard_on_a_redis_that_came_back_as_it_was_a_while_ago(
    enter: Any, here: Worker, room: str
) -> None:
    ada = await enter(1)
    await ada.hear("room_state")
    for message in ("one", "two", "three"):
        await ada.send(type="say", message=message)
        heard = await ada.hear("said")
    # As after a failover to a replica that lacks the last two frames.
    counter, frames = keys(Topic(room))
    await here.redis.decrby(counter, 2)
    await cast(Any, here.redis).ltrim(frames, 0, 0)
    await ada.send(type="say", message="four")
    await here.streams.sent()
    await here.streams.audit()
    state = await ada.hear("room_state")
    assert (state["said"], state["seq"] > heard["seq"]) == (["one", "two", "three", "four"], True)
    await ada.send(type="say", message="five")
    heard = await ada.hear("said")
    assert (heard["message"], heard["seq"]) == ("five", state["seq"] + 1)


async def test_what_waits_for_a_snapshot_that_does_not_come_is_bounded_too(
    enter: Any, here: Worker, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def no_state(self: Any) -> None:
        asked.set()
        await go_on.wait()

    monkeypatch.setattr(Room, "state", no_state)
    ada = await enter(1)
    await asked.wait()
    for number in range(MAX_FRAMES + 1):
        publish_now(Said(room=room, message=str(number)))
    assert await ada.closed() == 1013


async def test_nobody_hears_what_follows_a_gap_before_the_fresh_snapshot(
    enter: Any, here: Worker, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on, state = asyncio.Event(), asyncio.Event(), Room.state

    async def slow_state(self: Any) -> RoomState:
        asked.set()
        await go_on.wait()
        return await state(self)

    monkeypatch.setattr(Room, "state", slow_state)
    go_on.set()
    ada, bob = await enter(1), await enter(2)
    await ada.hear("room_state")
    await bob.hear("room_state")
    asked.clear()
    go_on.clear()
    counter, frames = keys(Topic(room))
    await here.redis.incrby(counter, 1000)
    await here.redis.delete(frames)
    await here.streams.audit()
    await asked.wait()

    publish_now(Said(room=room, message="after the gap"))
    await here.streams.sent()
    go_on.set()

    for player in (ada, bob):
        begun_anew = await player.hear("room_state")
        assert (await player.hear("said"))["seq"] == begun_anew["seq"] + 1


async def test_who_missed_what_was_dropped_while_redis_was_away_gets_a_fresh_snapshot(
    enter: Any, here: Worker, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*asked: Any) -> None:
        raise Disconnected("Redis is away.")

    ada, bob = await enter(1), await enter(2)
    seen = (await ada.hear("room_state"))["seq"]
    await bob.hear("room_state")
    await bob.leave()
    with monkeypatch.context() as outage:
        outage.setattr(streams, "MAX_WAITING", 2)
        outage.setattr(history, "evaluate", away)
        for word in ("dropped", "kept", "kept too"):
            Room.heard.setdefault(room, []).append(word)
            publish_now(Said(room=room, message=word))
        await asyncio.sleep(0)  # it has begun to try
    await here.streams.sent()
    assert (await ada.hear_until("room_state"))["said"] == ["dropped", "kept", "kept too"]
    back = await (await enter(2, f"?since={seen}")).hear("room_state")
    assert (back["recovered"], back["said"]) == (False, ["dropped", "kept", "kept too"])


async def test_what_was_offered_is_sent_though_there_is_always_more(here: Worker, room: str) -> None:
    async def talk() -> None:
        while True:
            publish_now(Said(room=room, message="and"))
            await asyncio.sleep(0)

    talking = asyncio.create_task(talk())
    try:
        await asyncio.sleep(0)
        await asyncio.wait_for(here.streams.sent(), WITHIN_S)
    finally:
        talking.cancel()


async def test_a_topic_that_was_forgotten_tells_nothing_of_before(enter: Any, room: str) -> None:
    ada = await enter(1)
    start = (await ada.hear("room_state"))["seq"]
    await ada.send(type="say", message="secret")
    await ada.hear("said")
    await ada.leave()
    Room.heard.clear()
    await asyncio.to_thread(forget, Topic(room))
    back = await enter(2, f"?since={start}")
    state = await back.hear("room_state")
    assert (state["recovered"], state["said"]) == (False, [])


async def test_what_stands_around_an_open_socket_sees_that_it_is_one_and_holds_no_headers(room: str) -> None:
    seen = []

    async def around(scope: dict[str, Any], receive: Any, send: Any) -> None:
        try:
            await application(scope, receive, send)
        finally:
            seen.append(dict(scope))

    ada = await Player(around, f"/ws/rooms/{room}/", token="1").enter()
    await ada.hear("room_state")
    await ada.leave()
    assert seen == [{"type": "websocket"}]


async def test_who_goes_away_before_the_room_is_heard_leaves_no_ear_behind(
    enter: Any, here: Worker, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    joining, may_join, join = asyncio.Event(), asyncio.Event(), here.relay.join

    async def slow_join(topics: Any) -> None:
        joining.set()
        await may_join.wait()
        await join(topics)

    monkeypatch.setattr(here.relay, "join", slow_join)
    ada = await enter(1)
    await joining.wait()
    await ada.leave()
    may_join.set()
    await here.streams._begun.idle()
    await asyncio.gather(*here.streams._tasks)
    assert await in_database(history.with_listeners, [Topic(room)]) == set()


async def test_who_is_cut_short_in_leaving_leaves_no_ear_behind(
    enter: Any, here: Worker, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = Topic(room)
    ada = await enter(1)
    await ada.hear("room_state")
    (listener,) = here.hub.listeners(topic)
    leave, may_leave = here.relay.leave, asyncio.Event()

    async def leave_late(topic: Any) -> None:
        await may_leave.wait()
        await leave(topic)

    monkeypatch.setattr(here.relay, "leave", leave_late)
    leaving = asyncio.create_task(here.streams.leave(topic, listener))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    may_leave.set()
    async with asyncio.timeout(WITHIN_S):
        while await in_database(history.with_listeners, [topic]):
            pass


async def test_who_goes_away_while_redis_is_away_has_left_all_the_same(
    enter: Any, here: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def leave(topic: Any) -> None:
        raise Disconnected("Redis is away.")

    left = asyncio.Event()

    async def closed(self: Any) -> None:
        left.set()

    monkeypatch.setattr(here.relay, "leave", leave)
    monkeypatch.setattr(Room, "closed", closed)
    ada = await enter(1)
    await ada.hear("room_state")
    await ada.leave()
    assert left.is_set()


async def test_what_redis_refuses_for_a_while_is_told_when_it_takes_it_again(
    enter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = asyncio.Event()

    async def refuse(*args: Any) -> None:
        refused.set()
        raise OutOfMemoryError("command not allowed when used memory > 'maxmemory'")

    ada = await enter(1)
    await ada.hear("room_state")
    with monkeypatch.context() as full:
        full.setattr(history, "evaluate", refuse)
        for word in ("one", "two"):
            await ada.send(type="say", message=word)
        await refused.wait()
    first, second = await ada.hear("said"), await ada.hear("said")
    assert (first["message"], second["message"]) == ("one", "two")
    assert second["seq"] == first["seq"] + 1


async def test_who_is_refused_in_the_end_was_not_listened_to_meanwhile(
    enter: Any, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, take = asyncio.Event(), Room.take

    def take_and_tell(self: Any, data: Any) -> None:
        take(self, data)
        taken.set()

    async def state(self: Any) -> None:
        await taken.wait()
        raise NotAllowed("Not any more.")

    monkeypatch.setattr(Room, "take", take_and_tell)
    monkeypatch.setattr(Room, "state", state)
    ada = await enter(1)
    await ada.send(type="say", message="hi")
    assert await ada.closed() == 4403
    await ada.leave()
    assert room not in Room.heard
