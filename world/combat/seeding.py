"""The first abilities and remedies; an operator adds others."""

from world.combat.models import Ability, Remedy
