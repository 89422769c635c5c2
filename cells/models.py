"""Facts on their way to other cells, how far each link is, and where our sessions are used."""

from django.db import models


class Outgoing(models.Model):
    """A fact for another cell, kept until that cell has stored that it was applied.

    It has a number once its transaction has committed: numbers are without gaps, and in the order in which
    the other cell applies them.
    """

    to = models.CharField(max_length=30)
    number = models.BigIntegerField(null=True)
    data = models.TextField()
    """JSON of a ``cells.facts.Fact``."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["to", "number"], name="one_fact_a_number")]

    def __str__(self) -> str:
        return f"fact {self.number} to {self.to}"


class Link(models.Model):
    """The progress of the link to and from another cell. Its row is the lock under which both go on."""

    cell = models.CharField(max_length=30, primary_key=True)
    numbered = models.BigIntegerField(default=0)
    """The number of the last fact to there."""
    applied = models.BigIntegerField(default=0)
    """The number of the last fact from there that was applied, or refused."""

    def __str__(self) -> str:
        return f"{self.cell}: {self.numbered} to it, {self.applied} of it"


class Visit(models.Model):
    """A session of this cell that is used in another."""

    session_id = models.BigIntegerField()
    cell = models.CharField(max_length=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session_id", "cell"], name="one_visit_a_cell")]

    def __str__(self) -> str:
        return f"session {self.session_id} in {self.cell}"
