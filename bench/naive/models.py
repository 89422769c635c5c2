"""The naive server's tables: stored moves, and those behind the calls of ``bench.basket``."""

from uuid import uuid4

from django.contrib.auth.models import User
from django.db import models


class Move(models.Model):
    """A move as a player made it."""

    room = models.UUIDField(db_index=True)
    movement = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.movement} in {self.room}"


class Player(models.Model):
    """A user's wallet and growth."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE)
    xp = models.BigIntegerField(default=0)
    gold = models.BigIntegerField(default=100)
    gems = models.BigIntegerField(default=0)
    strength = models.IntegerField(default=5)
    agility = models.IntegerField(default=5)
    intellect = models.IntegerField(default=5)
    vitality = models.IntegerField(default=5)
    luck = models.IntegerField(default=5)
    stamina = models.FloatField(default=100)

    def __str__(self) -> str:
        return f"player {self.user_id}"


class Item(models.Model):
    """A kind of item, for sale if it has a price."""

    name = models.CharField(max_length=60, unique=True)
    description = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=10)
    rarity = models.CharField(max_length=10)
    slot = models.CharField(max_length=10, blank=True)
    price = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return self.name


class Stack(models.Model):
    """A quantity of an item that a player owns."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE)
    item = models.ForeignKey(Item, on_delete=models.CASCADE)
    quantity = models.BigIntegerField(default=0)
    equipped = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["player", "item"], name="naive_one_stack")]

    def __str__(self) -> str:
        return f"{self.quantity} of item {self.item_id}"


class Entry(models.Model):
    """A movement of money or items."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE)
    item = models.ForeignKey(Item, null=True, on_delete=models.CASCADE)
    amount = models.BigIntegerField()
    cause = models.CharField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.amount} for {self.cause}"


class FriendRequest(models.Model):
    """A friend request."""

    from_user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="requests_sent")
    to_user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="requests_received")
    status = models.CharField(max_length=10, default="pending")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.from_user_id} to {self.to_user_id}"


class Friendship(models.Model):
    """A friendship, with a row for each of the two."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="friendships")
    friend = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_id} and {self.friend_id}"


class DirectMessage(models.Model):
    """A message between friends."""

    sender = models.ForeignKey(User, on_delete=models.CASCADE, related_name="direct_sent")
    receiver = models.ForeignKey(User, on_delete=models.CASCADE, related_name="direct_received")
    content = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"direct message {self.pk}"


class Lobby(models.Model):
    """A chat room."""

    name = models.CharField(max_length=50, unique=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE)
    max_participants = models.PositiveSmallIntegerField(default=50)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's membership of a lobby."""

    lobby = models.ForeignKey(Lobby, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lobby", "user"], name="naive_one_place")]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.lobby_id}"


class LobbyMessage(models.Model):
    """A message in a lobby."""

    lobby = models.ForeignKey(Lobby, on_delete=models.CASCADE)
    sender = models.ForeignKey(User, on_delete=models.CASCADE)
    content = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"message {self.pk}"


class Ticket(models.Model):
    """A user in a queue."""

    user = models.OneToOneField(User, on_delete=models.CASCADE)
    queue = models.CharField(max_length=80, db_index=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.queue}"


class Game(models.Model):
    """A game."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    name = models.CharField(max_length=40)
    state = models.CharField(max_length=20, default="waiting_for_players")
    seats_wanted = models.PositiveSmallIntegerField(default=2)
    created_by = models.ForeignKey(User, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class Seat(models.Model):
    """A player's place in a game."""

    game = models.ForeignKey(Game, on_delete=models.CASCADE, related_name="seats")
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["game", "number"], name="naive_one_seat")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.game_id}"


class Rating(models.Model):
    """A player's strength at a game."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    game = models.CharField(max_length=40)
    shown = models.IntegerField()
    played = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["game", "-shown"], name="naive_ranking")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.game}"


class Battle(models.Model):
    """A battle against enemies."""

    name = models.CharField(max_length=50)
    state = models.CharField(max_length=10, default="waiting")
    max_players = models.PositiveSmallIntegerField(default=4)
    stamina_cost = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class Enemy(models.Model):
    """An enemy in a battle."""

    battle = models.ForeignKey(Battle, on_delete=models.CASCADE, related_name="enemies")
    name = models.CharField(max_length=60)
    hp = models.IntegerField()
    max_hp = models.IntegerField()

    def __str__(self) -> str:
        return self.name


class Fighter(models.Model):
    """A player in a battle."""

    battle = models.ForeignKey(Battle, on_delete=models.CASCADE, related_name="fighters")
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    hp = models.IntegerField(default=100)
    damage_dealt = models.PositiveIntegerField(default=0)
    ready_at = models.DateTimeField(null=True)
    has_loot = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["battle", "user"], name="naive_one_fighter")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.battle_id}"
