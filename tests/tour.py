"""A tour of two players on different servers through all that needs Redis: play, talk, travel."""

from typing import Any

from tests.clients import begin, new_game


async def befriend(ada: Any, bob: Any) -> None:
    """Make the two friends; each sees the other's status."""
    request = ada.post("/api/friends/requests", {"user_id": bob.id})
    bob.post(f"/api/friends/requests/{request['id']}/accept")
    await ada.enter("/ws/friends/status/")
    await ada.hear("presence_state")
    await bob.enter("/ws/friends/status/")
    await bob.send(type="set_status", status="away")
    while (await ada.hear("presence"))["status"] != "away":
        pass


async def play(ada: Any, bob: Any) -> None:
    """Play an invited game to the end; then both queue, and one fights a battle."""
    for player in (ada, bob):
        player.seq = None
    await begin(new_game(ada, bob), ada, bob)
    for mover, cell in ((ada, 0), (bob, 3), (ada, 1), (bob, 4), (ada, 2)):
        await mover.send(type="player_move", movement={"cell": cell})
        for player in (ada, bob):
            await player.hear("player_move")
    battle = ada.get("/api/battles/available")[0]
    ada.post(f"/api/battles/join/{battle['id']}")
    ada.seq = None
    await ada.enter(f"/ws/battle/{battle['id']}/")
    await ada.send(type="chat", message="on my way")
    await ada.hear("chat")
    ada.post("/game/join/", {"game": "connect_four"})
    ada.post("/game/leave/")


async def talk(ada: Any, bob: Any) -> None:
    """Chat in a lobby and by direct message."""
    lobby = ada.get("/api/lobbies/?public=1&status=open")["results"][0]["id"]
    for player, other in ((ada, bob), (bob, ada)):
        player.post(f"/api/lobbies/{lobby}/join/")
        for path in (f"/ws/chat/{other.id}/", f"/ws/lobbies/{lobby}/"):
            player.seq = None
            await player.enter(path)
            await player.send(type="typing_start")
            await player.send(type="chat_message", message="hello")
            await player.hear("chat_message")


async def travel(ada: Any, bob: Any) -> None:
    """Enter the shared world; move, talk, whisper and walk."""
    for player, name in ((ada, "Ada"), (bob, "Bob")):
        made = player.post("/api/characters", {"name": name, "faction": "Rootkin"})
        player.post("/api/characters/select", {"character_id": made["id"]})
        player.seq = None
        await player.enter("/ws")
        state = await player.hear("world_state")
    await ada.send(type="move", position={"x": 1})
    await bob.send(type="chat", content="anybody here?", channel="area")
    await ada.hear("chat")
    await ada.send(type="whisper", to_user_id=bob.id, content="psst")
    await bob.hear("whisper")
    here = state["area"]["location_id"]
    (path,) = next(place["paths"] for place in state["locations"] if place["id"] == here)[:1]
    await bob.send(type="move", to_location_id=path)
    assert (await bob.hear("area_state"))["area"]["location_id"] == path
