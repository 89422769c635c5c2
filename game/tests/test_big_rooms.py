"""Rooms of 200: everybody plays, and nothing is done for each pair of players."""

import asyncio
from typing import Any

import pytest
from msgspec import Raw
from msgspec.json import decode

from accounts.models import User
from core.database import in_database
from game import commands, services
from game.author import Clock, Game, catalogue
from game.author import move as is_move
from game.live import clock, rooms
from game.live.clock import Clocks
from game.live.room import course, frames
from game.live.room.actor import Room
from game.models import Game as Row
from game.services import Player as Seated
from realtime.connections.connection import Connection
from realtime.worker import Worker

SEATS = 200


class Choir(Game):
    """Two hundred sing at once, three times each."""

    players = (2, SEATS)
    clock = Clock(seconds=600)

    def setup(self, random: Any) -> dict[str, Any]:
        return {"sung": [0 for _ in self.seats]}

    def turn(self, state: dict[str, Any]) -> list[int]:
        return [seat for seat in self.seats if state["sung"][seat] < 3]

    @is_move
    def sing(self, state: dict[str, Any], seat: int) -> None:
        state["sung"][seat] += 1

    def result(self, state: dict[str, Any]) -> Any:
        return list(self.seats) if all(sung == 3 for sung in state["sung"]) else None


class Singer(Connection):
    """A socket of this process that keeps what it is sent."""

    def __init__(self) -> None:
        self.closed_with: int | None = None
        self.heard: list[bytes] = []

    def send(self, frame: bytes, key: Any = None) -> None:
        self.heard.append(frame)

    send_ahead = send

    def close(self, code: int, reason: str = "") -> None:
        self.closed_with = code

    def types(self) -> list[str]:
        return [decode(frame)["type"] for frame in self.heard]


async def reaches(room: Room, state: str) -> None:
    async with asyncio.timeout(60):
        while room.state != state:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.02)


@pytest.mark.django_db(transaction=True)
async def test_two_hundred_play_one_game_to_its_end(here: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_games", dict(catalogue._games))
    catalogue.register(Choir)

    def create() -> Row:
        users = User.objects.bulk_create(
            [User(username=f"singer{number}", email=f"singer{number}@example.com") for number in range(SEATS)]
        )
        return services.create_game(name=Choir.name, players=[Seated(user.pk) for user in users])

    made = 0
    players_of = frames.players_of

    def count(table: Any) -> Any:
        nonlocal made
        made += 1
        return players_of(table)

    monkeypatch.setattr(course, "players_of", count)
    game = await in_database(create)
    room = await rooms.current().open(game.pk)
    singers = {seat.user_id: Singer() for seat in room.seats}
    for user_id, singer in singers.items():
        room.attach(singer, user_id, None)
    for user_id in singers:
        room.take(user_id, commands.PlayerReady())
    await reaches(room, "active")
    # One list for each who came, and one for all at each phase.
    assert made <= SEATS + 10
    for _ in range(3):
        for user_id in singers:
            room.take(user_id, commands.PlayerMove(movement=Raw(b"{}")))
    await reaches(room, "finished")
    last, first = list(singers.values())[-1], next(iter(singers.values()))
    for singer in (first, last):
        assert singer.types().count("player_move") == 3 * SEATS
        assert singer.types().count("game_over") == 1
    stored = await Row.objects.aget(pk=game.pk)
    assert stored.state == "finished"
    assert stored.result is not None
    assert len(stored.result["winner_ids"]) == SEATS


def test_clocks_of_seats_that_move_at_once_remember_no_more_than_a_few_sets_of_them() -> None:
    clocks = Clocks(Clock(seconds=60), tuple(range(SEATS)))
    seats = frozenset(range(SEATS))
    for seat in range(SEATS):
        seats -= {seat}
        clocks.press(seat, seats, 0.0)
        running = decode(clocks.told(0.0, 0.0))["running"]
        assert sorted(running) == sorted(seats)
    assert len(clocks._running_text) <= clock.MAX_TEXTS
