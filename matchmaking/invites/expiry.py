"""Expiry of invites."""

from core.background import every
from core.due import look
from matchmaking.invites import selectors, services

every(3600)(services.delete_old)
look("invites", every_s=0.5, waiting=selectors.waiting)(services.expire_due)
