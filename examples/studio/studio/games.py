"""The rules of Studio."""

from game.author import Annotated, Game, Meta, move


class Studio(Game):
    """Players take turns to add 1 to 3 to the total; whoever reaches ten wins."""

    name = "studio"
    title = "Race to ten"
    players = 2

    def setup(self, random):
        return {"total": 0, "last": None}

    @move
    def add(self, state, seat, number: Annotated[int, Meta(ge=1, le=3)]):
        self.require(state["total"] + number <= 10, "too_much", "That goes beyond ten.")
        state["total"] += number
        state["last"] = seat

    def result(self, state):
        return state["last"] if state["total"] == 10 else None
