"""Hearts for four: avoid hearts and the queen of spades, or take them all."""

from collections.abc import Iterable
from itertools import combinations
from random import Random
from typing import Any, Final, get_args

from game.author import (
    BOT,
    Annotated,
    Clock,
    Game,
    Literal,
    Meta,
    Ranking,
    Record,
    Seat,
    State,
    Verdict,
    move,
)

# A card is its rank and its suit: QS is the queen of spades.
Card = Literal[
    "2C", "3C", "4C", "5C", "6C", "7C", "8C", "9C", "TC", "JC", "QC", "KC", "AC",
    "2D", "3D", "4D", "5D", "6D", "7D", "8D", "9D", "TD", "JD", "QD", "KD", "AD",
    "2S", "3S", "4S", "5S", "6S", "7S", "8S", "9S", "TS", "JS", "QS", "KS", "AS",
    "2H", "3H", "4H", "5H", "6H", "7H", "8H", "9H", "TH", "JH", "QH", "KH", "AH",
]  # fmt: skip
CARDS: Final[tuple[str, ...]] = get_args(Card)
RANKS: Final = "23456789TJQKA"

Stage = Literal["passing", "playing", "over"]
Direction = Literal["left", "right", "across", "hold"]

PLAYERS: Final = 4
FIRST_CARD: Final = "2C"
QUEEN: Final = "QS"
ALL_POINTS: Final = 26

# By round: to the next player, the one before, the one across, and no passing.
DIRECTIONS: Final[tuple[Direction, ...]] = ("left", "right", "across", "hold")
OFFSETS: Final = {"left": 1, "right": 3, "across": 2}
PASSED: Final = 3

DEALS: Final = 20
"""Attempts to deal the cards so that nobody gets one of a suit that the player is known not to have."""


class HeartsOptions(Record):
    """``points``: the game ends after the round in which a player reaches them."""

    points: Annotated[int, Meta(ge=10, le=200)] = 100


class Trick(Record):
    """A trick that was taken: the cards in order, each with the seat that laid it, and who won it."""

    cards: list[tuple[Seat, str]]
    winner: Seat


class View(Record):
    """The table, and a player's own hand; lists by seat, but for the cards.

    ``given`` and ``received`` are the cards that the player passed on and was passed, ``laid`` those of the
    round so far, and ``voids`` the suits that each player is known not to have.
    """

    phase: Stage
    round: int
    direction: Direction
    hand: list[str]
    given: list[str] | None
    received: list[str]
    passed: list[bool]
    cards: list[int]
    playable: list[str]
    trick: list[tuple[Seat, str]]
    leader: Seat | None
    last_trick: Trick | None
    broken: bool
    points: list[int]
    laid: list[str]
    tricks: list[int]
    voids: list[list[str]]
    scores: dict[str, int]
    target: int


class Hearts(Game):
    """Take no points; the fewest win.

    Each heart counts one, the queen of spades thirteen. Who takes all 26 points of a round gives 26 to each
    of the others. The two of clubs leads the first trick, on which no points may be laid unless the hand has
    nothing else. Hearts may be led once one has been laid. A bot plays for whoever leaves.

    In the state, ``passed[seat]`` has the cards that a player passes on (None: not chosen yet),
    ``received[seat]`` those that came, ``won[seat]`` the cards of the tricks taken in this round, and
    ``voids[seat]`` the suits that the player did not follow. ``trick`` lists [seat, card]; ``leader`` is None
    while cards are passed.
    """

    players = PLAYERS
    sides = ("south", "west", "north", "east")
    clock = Clock(seconds=300, increment=5)
    secret_moves = ("give",)
    fill_with = BOT(2)
    Options = HeartsOptions

    def setup(self, random: Random) -> State:
        state = {"round": 0, "scores": [0] * PLAYERS, "last_trick": None}
        self.deal_cards(state)
        return state

    def deal_cards(self, state: State) -> None:
        deck = list(CARDS)
        self.random.shuffle(deck)
        state["hands"] = [arranged(deck[seat::PLAYERS]) for seat in self.seats]
        state["passed"] = [None] * PLAYERS
        state["received"] = [[] for _ in self.seats]
        state["won"] = [[] for _ in self.seats]
        state["voids"] = [[] for _ in self.seats]
        state["trick"], state["broken"], state["leader"] = [], False, None
        if direction(state) == "hold":
            self.begin_play(state)

    def begin_play(self, state: State) -> None:
        state["leader"] = next(seat for seat in self.seats if FIRST_CARD in state["hands"][seat])

    def turn(self, state: State) -> Seat | list[Seat]:
        if state["leader"] is None:
            return [seat for seat in self.seats if state["passed"][seat] is None]
        return (state["leader"] + len(state["trick"])) % PLAYERS

    @move
    def give(
        self,
        state: State,
        seat: Seat,
        cards: Annotated[list[Card], Meta(min_length=PASSED, max_length=PASSED)],
    ) -> None:
        self.require(state["leader"] is None, "not_passing", "No cards are passed now.")
        hand = state["hands"][seat]
        self.require(len(set(cards)) == PASSED, "same_card", "Choose three different cards.")
        self.require(set(cards) <= set(hand), "not_yours", "You do not hold that card.")
        state["passed"][seat] = arranged(cards)
        if None in state["passed"]:
            return
        offset = OFFSETS[direction(state)]
        for giver in self.seats:
            taker, given = (giver + offset) % PLAYERS, state["passed"][giver]
            state["received"][taker] = given
            state["hands"][giver] = [card for card in state["hands"][giver] if card not in given]
        for taker in self.seats:
            state["hands"][taker] = arranged(state["hands"][taker] + state["received"][taker])
        self.begin_play(state)

    @move
    def play(self, state: State, seat: Seat, card: Card) -> None:
        self.require(state["leader"] is not None, "passing", "Pass three cards first.")
        hand, trick = state["hands"][seat], state["trick"]
        self.require(card in hand, "not_yours", "You do not hold that card.")
        if card not in playable(hand, trick, broken=state["broken"]):
            self.require(False, *reason_against(hand, trick))
        hand.remove(card)
        led = suit(trick[0][1]) if trick else suit(card)
        if suit(card) != led and led not in state["voids"][seat]:
            state["voids"][seat].append(led)
        trick.append([seat, card])
        state["broken"] = state["broken"] or suit(card) == "H"
        if len(trick) == PLAYERS:
            self.take_trick(state)

    def take_trick(self, state: State) -> None:
        trick = state["trick"]
        winner = taker_of(trick)
        state["won"][winner] += [card for _, card in trick]
        state["last_trick"] = {"cards": trick, "winner": winner}
        state["trick"], state["leader"] = [], winner
        if not any(state["hands"]):
            taken = [points(won) for won in state["won"]]
            if ALL_POINTS in taken:
                taken = [ALL_POINTS - each for each in taken]
            state["scores"] = [score + each for score, each in zip(state["scores"], taken, strict=True)]
            state["round"] += 1
            if not self.is_over(state):
                self.deal_cards(state)

    def is_over(self, state: State) -> bool:
        return max(state["scores"]) >= self.options.points

    def result(self, state: State) -> Verdict:
        if not self.is_over(state):
            return None
        scores = state["scores"]
        return Ranking([[seat for seat in self.seats if scores[seat] == one] for one in sorted(set(scores))])

    def left(self, state: State, seat: Seat, why: str) -> BOT:
        return BOT(2)

    def scores(self, state: State) -> list[int]:
        return state["scores"]

    def view(self, state: State, seat: Seat | None) -> View:
        passing = state["leader"] is None
        return View(
            phase="over" if self.is_over(state) else "passing" if passing else "playing",
            round=state["round"],
            direction=direction(state),
            hand=[] if seat is None else state["hands"][seat],
            given=None if seat is None else state["passed"][seat],
            received=[] if seat is None else state["received"][seat],
            passed=[cards is not None for cards in state["passed"]],
            cards=[len(hand) for hand in state["hands"]],
            playable=self.playable_by(state, seat),
            trick=state["trick"],
            leader=state["leader"],
            last_trick=state["last_trick"],
            broken=state["broken"],
            points=[points(won) for won in state["won"]],
            laid=[card for won in state["won"] for card in won],
            tricks=[len(won) // PLAYERS for won in state["won"]],
            voids=state["voids"],
            scores=dict(zip(self.sides, state["scores"], strict=True)),
            target=self.options.points,
        )

    def playable_by(self, state: State, seat: Seat | None) -> list[str]:
        if state["leader"] is None or self.is_over(state) or seat != self.turn(state):
            return []
        return playable(state["hands"][seat], state["trick"], broken=state["broken"])

    def legal(self, state: State, seat: Seat) -> list[dict[str, Any]]:
        if state["leader"] is None:
            return [{"cards": list(cards)} for cards in combinations(state["hands"][seat], PASSED)]
        return [{"card": card} for card in self.playable_by(state, seat)]

    def value(self, state: State, seat: Seat) -> float:
        totals = [score + points(won) for score, won in zip(state["scores"], state["won"], strict=True)]
        ahead = (sum(totals) - totals[seat]) / (PLAYERS - 1) - totals[seat]
        return 0.5 + ahead / (2 * (self.options.points + ALL_POINTS))

    def deal(self, view: dict[str, Any], seat: Seat, random: Random) -> State:
        given = view["given"]
        known: list[list[str]] = [[] for _ in self.seats]
        known[seat] = view["hand"]
        laid = iter(view["laid"])
        state = {
            "round": view["round"],
            "scores": list(view["scores"].values()),
            "last_trick": view["last_trick"],
            "received": [[] for _ in self.seats],
            "won": [[next(laid) for _ in range(tricks * PLAYERS)] for tricks in view["tricks"]],
            "voids": view["voids"],
            "trick": view["trick"],
            "broken": view["broken"],
            "leader": view["leader"],
        }
        seen = {*view["hand"], *view["laid"], *(card for _, card in view["trick"])}
        if given and view["leader"] is not None:
            taker = (seat + OFFSETS[view["direction"]]) % PLAYERS
            known[taker] = [card for card in given if card not in seen]
            state["received"][taker] = given
            state["received"][seat] = view["received"]
        unseen = [card for card in CARDS if card not in seen.union(*known)]
        hands = completed(known, unseen, view["cards"], view["voids"], random)
        state["hands"] = [arranged(hand) for hand in hands]
        state["passed"] = [
            (given if one == seat else hands[one][:PASSED]) if view["passed"][one] else None
            for one in self.seats
        ]
        return state

    def bot(self, view: dict[str, Any], seat: Seat, random: Random, level: int) -> dict[str, Any] | None:
        if view["phase"] == "passing":
            return {"cards": worst_cards(view["hand"], random, level)}
        # Level 3 thinks ahead. A client may ask although it is not to move, as when the game is over.
        return {"card": chosen_card(view, random, level)} if level < 3 and view["playable"] else None


def suit(card: str) -> str:
    return card[1]


def rank(card: str) -> int:
    return RANKS.index(card[0])


def arranged(cards: Iterable[str]) -> list[str]:
    return sorted(cards, key=CARDS.index)


def points(cards: Iterable[str]) -> int:
    return sum(13 if card == QUEEN else suit(card) == "H" for card in cards)


def direction(state: State) -> Direction:
    return DIRECTIONS[state["round"] % len(DIRECTIONS)]


def taker_of(trick: list[Any]) -> Seat:
    """Return the seat of the highest card of the suit that was led."""
    led = suit(trick[0][1])
    seat, _ = max((one for one in trick if suit(one[1]) == led), key=lambda one: rank(one[1]))
    return seat


def completed(
    known: list[list[str]], unseen: list[str], sizes: list[int], voids: list[list[str]], random: Random
) -> list[list[str]]:
    """Return the known cards of all hands, with the unseen ones dealt to them up to their sizes.

    Nobody gets a card of a void suit, unless every attempt to deal so fails.
    """
    allowed = {one: [seat for seat in range(PLAYERS) if one not in voids[seat]] for one in "CDSH"}
    for attempt in range(DEALS):
        # Cards that few may have come first.
        cards = sorted(unseen, key=lambda card: (len(allowed[suit(card)]), random.random()))
        hands = [hand.copy() for hand in known]
        for card in cards:
            takers = range(PLAYERS) if attempt == DEALS - 1 else allowed[suit(card)]
            free = [sizes[seat] - len(hands[seat]) for seat in takers]
            if not any(free):
                break
            hands[random.choices(takers, free)[0]].append(card)
        else:
            return hands
    raise ValueError("the cards do not fit the hands")


def playable(hand: list[str], trick: list[Any], *, broken: bool) -> list[str]:
    """Return the cards of a hand that may be played to a trick (empty for a lead)."""
    if not trick:
        if FIRST_CARD in hand:
            return [FIRST_CARD]
        return [card for card in hand if broken or suit(card) != "H"] or hand
    led = trick[0][1]
    following = [card for card in hand if suit(card) == suit(led)]
    if following or led != FIRST_CARD:
        return following or hand
    return [card for card in hand if not points([card])] or hand


def reason_against(hand: list[str], trick: list[Any]) -> tuple[str, str]:
    """Return the code and the sentence for a card that may not be played."""
    if not trick:
        if FIRST_CARD in hand:
            return "two_of_clubs", "The two of clubs leads."
        return "hearts_not_broken", "Hearts may not be led yet."
    if any(suit(card) == suit(trick[0][1]) for card in hand):
        return "follow_suit", "Follow suit."
    return "first_trick", "No points may be laid on the first trick."


def worst_cards(hand: list[str], random: Random, level: int) -> list[str]:
    """Return the three cards that a bot passes on: at random, or high spades, then high cards."""
    if level == 1:
        return random.sample(hand, PASSED)
    spades = sum(suit(card) == "S" for card in hand)

    def danger(card: str) -> float:
        # A long suit of spades protects its queen.
        if suit(card) == "S":
            return 20 + rank(card) if card[0] in "QKA" and spades < 5 else -rank(card)
        length = sum(suit(other) == suit(card) for other in hand)
        # A short suit is soon gone, and then anything may be laid.
        return rank(card) + (2 if suit(card) == "H" else 0) - (length if level == 3 else 0)

    return sorted(hand, key=danger, reverse=True)[:PASSED]


def chosen_card(view: dict[str, Any], random: Random, level: int) -> str:
    """Return the card that a bot plays: at random on level 1; level 3 remembers the cards that are gone."""
    cards, trick = view["playable"], view["trick"]
    if level == 1 or len(cards) == 1:
        return random.choice(cards)
    queen_is_out = level == 3 and (QUEEN in view["laid"] or QUEEN in view["hand"])

    def burden(card: str) -> float:
        """Return how gladly the bot is rid of a card."""
        if card == QUEEN:
            return 100
        if suit(card) == "S" and card[0] in "KA" and not queen_is_out:
            return 50 + rank(card)
        return rank(card) + (20 if suit(card) == "H" else 0)

    if not trick:
        return min(cards, key=lambda card: (card == QUEEN, burden(card), random.random()))
    led, highest = suit(trick[0][1]), max(rank(card) for _, card in trick if suit(card) == suit(trick[0][1]))
    if suit(cards[0]) != led:
        return max(cards, key=burden)
    under = [card for card in cards if rank(card) < highest]
    if under:
        return max(under, key=burden)
    is_last = len(trick) == PLAYERS - 1
    over = [card for card in cards if card != QUEEN] or cards
    if is_last and not points(card for _, card in trick):
        return max(over, key=rank)
    return min(over, key=rank)
