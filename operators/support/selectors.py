"""The sections of a player's page: what is known of the player, each a table that can be paged through."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Ban, Session, User
from accounts.selectors import sign_ins, ways_in
from chat import selectors as chat
from core.ids import UserId
from friends import selectors as friends
from game import player_ratings
from game import selectors as games
from operators.support.models import Message, Note
from operators.support.shapes import OperatorMessage
from progression import ledger
from progression import selectors as progression
from progression.achievements import selectors as achievements
from world import selectors as world
from world.trading import selectors as trading

ROWS = 25
"""The rows of a section on one page."""


@dataclass(frozen=True)
class Link:
    """A cell that leads somewhere."""

    text: str
    url: str


@dataclass(frozen=True)
class Offer:
    """An action that a row offers: its name, and what the row fills in of its form."""

    action: str
    text: str
    query: str


Cell = str | int | float | datetime | None | Link


@dataclass(frozen=True)
class Row:
    """A row of a section."""

    cells: Sequence[Cell]
    offer: Offer | None = None


@dataclass(frozen=True)
class Section:
    """A table on a player's page, for operators with a permission.

    ``find`` returns something that can be sliced, and ``show`` turns one of it into a row.
    """

    key: str
    title: str
    permission: str
    columns: Sequence[str]
    find: Callable[[User], Any]
    show: Callable[[Any], Row]


@dataclass(frozen=True)
class Page:
    """A page of a section, with the first rows of the pages before and after it."""

    section: Section
    rows: Sequence[Row]
    newer: int | None
    older: int | None


def page_of(section: Section, user: User, start: int) -> Page:
    """Return a page of a section, from its row ``start`` on."""
    found = [section.show(one) for one in section.find(user)[start : start + ROWS + 1]]
    return Page(
        section,
        found[:ROWS],
        newer=max(0, start - ROWS) if start else None,
        older=start + ROWS if len(found) > ROWS else None,
    )


def facts(user: User, *, with_private: bool) -> list[tuple[str, Cell]]:
    """Return the facts about an account at the head of its page; ``with_private`` also who the person is."""
    address = user.email and f"{user.email} ({'verified' if user.email_verified_at else 'only claimed'})"
    kinds = [
        *(["guest"] if user.is_guest else []),
        *(["bot"] if user.is_bot else []),
        *(["premium"] if user.is_premium else []),
        *(["operator"] if user.is_staff else []),
    ]
    private = [
        ("E-mail", address or "none"),
        ("Born", str(user.birth_date) if user.birth_date else "not known"),
    ]
    return [
        ("Id", user.pk),
        *(private if with_private else []),
        ("State", "erased" if user.erased_at else "open" if user.is_active else "shut"),
        ("Kind", ", ".join(kinds) or "player"),
        ("Language", user.get_language_display()),
        ("Joined", user.date_joined),
        ("Second factor", "on" if user.has_mfa else "off"),
    ]


def wallet(user: User) -> list[tuple[str, Cell]]:
    """Return a player's balances, level and stamina."""
    player = progression.player(user.pk)
    return [
        ("Level", player.level),
        ("Experience", player.xp),
        ("Gold", player.gold),
        ("Gems", player.gems),
        *((name.title(), amount) for name, amount in ledger.balances(user.pk).items()),
        ("Stamina", int(progression.stamina(player, timezone.now()).value)),
    ]


def messages_to(user_id: UserId) -> QuerySet[Message]:
    """Return the operators' messages to a player."""
    return Message.objects.filter(user=user_id)


def shown_messages(found: Iterable[Message]) -> list[OperatorMessage]:
    """Return messages as shown to the player."""
    return [OperatorMessage(id=one.pk, text=one.text, at=one.at, read_at=one.read_at) for one in found]


def _person(user: User) -> Link:
    return Link(user.username, reverse("admin:support_person_change", args=[user.pk]))


def _name(user: User | None) -> str:
    return user.username if user else "-"


def _ban(ban: Ban) -> Row:
    counts = ban.lifted_at is None and (ban.until is None or ban.until > timezone.now())
    offer = Offer("lift", "Lift", f"ban_id={ban.pk}") if counts else None
    end = ban.lifted_at or ban.until
    return Row([ban.kind, ban.created_at, end or "for good", "yes" if counts else "no", ban.reason], offer)


def _report(report: Any, other: User | None) -> Row:
    link = Link(str(report.pk), reverse("admin:chat_report_change", args=[report.pk]))
    decision = (report.decision or "settled") if report.settled_at else "open"
    what = report.text or f"game {report.game_id}"
    return Row(
        [
            link,
            report.created_at,
            report.kind,
            what,
            report.reason,
            _person(other) if other else None,
            decision,
        ]
    )


def _entry(entry: Any) -> Row:
    what = entry.item.name if entry.item else entry.currency
    is_payment = entry.cause == ledger.PURCHASE and entry.currency
    offer = Offer("refund", "Refund", f"entry_id={entry.pk}") if is_payment else None
    return Row([entry.pk, entry.created_at, what, f"{entry.amount:+}", entry.balance, entry.cause], offer)


def _seat(seat: Any) -> Row:
    game = seat.game
    replay = Link("Replay", f"/replay/{game.pk}") if game.finished_at else None
    rating = "" if seat.rating_after is None else f"{seat.rating_before} to {seat.rating_after}"
    others = ", ".join(other.user.username for other in game.seats.all() if other.user_id != seat.user_id)
    link = Link(game.name, reverse("admin:game_game_change", args=[game.pk]))
    return Row([link, game.created_at, game.state, others, seat.score, rating, replay])


def _trade(trade: Any) -> Row:
    given = {offer.character.owner.username: offer for offer in trade.offers.all()}
    sides = []
    for name, offer in given.items():
        goods = [f"{offer.gold} gold"] if offer.gold else []
        goods += [f"{item['quantity']} {item['name']}" for item in offer.items]
        sides.append(f"{name} gave {', '.join(goods) or 'nothing'}")
    undo = None if trade.undone_at else Offer("undo_trade", "Undo", f"trade_id={trade.pk}")
    return Row([trade.pk, trade.ended_at, "; ".join(sides), trade.undone_at], undo)


def _audit(user: User) -> Any:
    account = ContentType.objects.get_for_model(User)
    found = LogEntry.objects.filter(content_type=account, object_id=str(user.pk))
    return found.select_related("user").order_by("-pk")


SECTIONS = [
    Section(
        "notes",
        "Notes",
        "support.note_person",
        ("At", "By", "Note"),
        lambda user: Note.objects.filter(user=user).select_related("by").order_by("-pk"),
        lambda note: Row([note.at, _name(note.by), note.text]),
    ),
    Section(
        "bans",
        "Bans and mutes",
        "accounts.view_ban",
        ("Kind", "Since", "Until", "In force", "Reason"),
        lambda user: user.bans.order_by("-pk"),
        _ban,
    ),
    Section(
        "reports_about",
        "Reports and flags about the player",
        "chat.view_report",
        ("Report", "At", "Kind", "What", "Why", "By", "Decision"),
        lambda user: chat.reports_about(user.pk),
        lambda one: _report(one, one.reporter),
    ),
    Section(
        "reports_by",
        "Reports by the player",
        "chat.view_report",
        ("Report", "At", "Kind", "What", "Why", "About", "Decision"),
        lambda user: chat.reports_by(user.pk),
        lambda one: _report(one, one.about),
    ),
    Section(
        "sessions",
        "Devices and sessions",
        "accounts.view_session",
        ("Since", "Last seen", "Ended", "Address", "Device"),
        lambda user: Session.objects.filter(user=user).order_by("-pk"),
        lambda one: Row(
            [one.created_at, one.last_seen, one.ended_at, one.ip, one.name or one.user_agent],
        ),
    ),
    Section(
        "sign_ins",
        "Sign-ins",
        "accounts.view_signin",
        ("At", "Way", "Outcome", "Address", "Device"),
        lambda user: sign_ins(user.pk).order_by("-at"),
        lambda one: Row([one.at, one.method, one.get_outcome_display(), one.ip, one.user_agent]),
    ),
    Section(
        "ways",
        "Ways in",
        "accounts.view_signin",
        ("Kind", "Provider", "Since"),
        ways_in,
        lambda one: Row([one.kind, one.provider or "", one.created_at]),
    ),
    Section(
        "ledger",
        "Ledger",
        "progression.view_entry",
        ("Entry", "At", "What", "Amount", "Balance", "Cause"),
        lambda user: progression.entries(user.pk),
        _entry,
    ),
    Section(
        "inventory",
        "Inventory",
        "progression.view_player",
        ("Item", "Quantity", "Kind", "Rarity", "Worn in"),
        lambda user: progression.inventory(user.pk).order_by("item__name"),
        lambda one: Row([one.item.name, one.quantity, one.item.kind, one.item.rarity, one.worn_in]),
    ),
    Section(
        "pets",
        "Pets",
        "progression.view_player",
        ("Species", "Rarity", "Experience", "In the set", "Hatched"),
        lambda user: progression.pets(user.pk).order_by("-pk"),
        lambda pet: Row([pet.species.name, pet.species.rarity, pet.xp, pet.place, pet.hatched_at]),
    ),
    Section(
        "games",
        "Games",
        "game.view_game",
        ("Game", "At", "State", "Others", "Score", "Rating", "Replay"),
        lambda user: games.seats_of(user.pk),
        _seat,
    ),
    Section(
        "ratings",
        "Ratings",
        "game.view_rating",
        ("Game", "Rating", "Played", "Won"),
        lambda user: player_ratings.of_user(user.pk),
        lambda one: Row([one.title, one.rating, one.played, one.won]),
    ),
    Section(
        "trades",
        "Trades",
        "trading.view_trade",
        ("Trade", "At", "Goods", "Undone"),
        lambda user: trading.completed(user.pk),
        _trade,
    ),
    Section(
        "achievements",
        "Achievements",
        "achievements.view_earned",
        ("Name", "Earned"),
        lambda user: achievements.earned(user.pk),
        lambda one: Row([one.name, one.earned_at]),
    ),
    Section(
        "characters",
        "Characters",
        "world.view_character",
        ("Name", "Faction", "Place", "Level", "Last seen"),
        lambda user: world.own_characters(user.pk),
        lambda one: Row([one.name, one.faction, one.location_id, one.level, one.last_seen]),
    ),
    Section(
        "friends",
        "Friends",
        "friends.view_friendship",
        ("One", "The other", "Since"),
        lambda user: friends.friendships.queryset(user.pk).select_related("low", "high").order_by("-pk"),
        lambda one: Row([_person(one.low), _person(one.high), one.since]),
    ),
    Section(
        "messages",
        "Messages from the operators",
        "support.message_person",
        ("At", "By", "Text", "Read"),
        lambda user: messages_to(user.pk).select_related("by").order_by("-pk"),
        lambda one: Row([one.at, _name(one.by), one.text, one.read_at]),
    ),
    Section(
        "audit",
        "What operators did",
        "support.view_person",
        ("At", "By", "What"),
        _audit,
        lambda one: Row([one.action_time, _name(one.user), one.get_change_message()]),
    ),
]
"""The sections of the page, in their order."""
