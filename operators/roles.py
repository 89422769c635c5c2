"""The operators' roles and their permissions: one table, synchronised to Django groups on migrate.

Superusers may do everything. Everybody else needs a role, and sees only what it grants.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import router
from django.db.models import Model

SUPPORT, MODERATOR, ECONOMIST = "support", "moderator", "economist"
ROLES = (SUPPORT, MODERATOR, ECONOMIST)

Row = dict[str, tuple[str, ...]]

_FOR_SUPERUSERS: Row = {"view": ()}
_TUNED_BY_ECONOMISTS: Row = dict.fromkeys(("view", "change"), (ECONOMIST,))
_EDITED_BY_ECONOMISTS: Row = dict.fromkeys(("view", "add", "change", "delete"), (ECONOMIST,))

TABLE: dict[str, Row] = {
    "accounts.user": {
        "view": (SUPPORT, MODERATOR),
        "change": (SUPPORT,),
        "ban": (SUPPORT, MODERATOR),
        "lift_ban": (SUPPORT, MODERATOR),
        "sign_out": (SUPPORT, MODERATOR),
    },
    "accounts.ban": {"view": (SUPPORT, MODERATOR), "add": (SUPPORT, MODERATOR), "lift": (SUPPORT, MODERATOR)},
    "accounts.signin": {"view": (SUPPORT,)},
    "accounts.session": {"view": (SUPPORT,), "end": (SUPPORT,)},
    "admin.logentry": _FOR_SUPERUSERS,
    "axes.accessattempt": {"view": (SUPPORT,), "forget": (SUPPORT,)},
    "battles.battle": {"view": (SUPPORT, ECONOMIST)},
    "battles.battletemplate": _EDITED_BY_ECONOMISTS,
    "battles.dropchance": _EDITED_BY_ECONOMISTS,
    "battles.enemytemplate": _EDITED_BY_ECONOMISTS,
    "battles.lineup": _EDITED_BY_ECONOMISTS,
    "chat.filteredword": dict.fromkeys(("view", "add", "change", "delete"), (MODERATOR,)),
    "chat.lobby": {"view": (SUPPORT, MODERATOR), "close": (MODERATOR,)},
    "chat.lobbymessage": {"view": (MODERATOR,), "take_away": (MODERATOR,)},
    "chat.report": {
        "view": (SUPPORT, MODERATOR),
        **dict.fromkeys(("claim", "take_away", "ban_author", "let_stand", "acted"), (MODERATOR,)),
    },
    "chat.sanction": {"view": (SUPPORT, MODERATOR), "lift": (MODERATOR,)},
    "combat.ability": _EDITED_BY_ECONOMISTS,
    "combat.combat": {"view": (SUPPORT,)},
    "combat.remedy": _EDITED_BY_ECONOMISTS,
    "competition.score": {"view": (SUPPORT, MODERATOR), "strike": (MODERATOR,)},
    "core.contentversion": {"view": (ECONOMIST,), "restore": (ECONOMIST,)},
    "core.heartbeat": dict.fromkeys(("view", "drain", "resume"), (SUPPORT,)),
    "core.livechange": {"view": (SUPPORT, ECONOMIST)},
    "core.livevalue": {"view": (SUPPORT, ECONOMIST), "change": (SUPPORT,)},
    "core.maintenance": dict.fromkeys(("view", "add", "end"), (SUPPORT,)),
    "core.mail": _FOR_SUPERUSERS,
    "core.outboxentry": {"view": (SUPPORT,), "retry": (SUPPORT,)},
    "friends.block": {"view": (SUPPORT,), "lift": (SUPPORT,)},
    "friends.friendrequest": {"view": (SUPPORT,)},
    "friends.friendship": {"view": (SUPPORT,)},
    "game.game": {"view": (SUPPORT, MODERATOR), "end": (SUPPORT,)},
    "game.rewardrule": _EDITED_BY_ECONOMISTS,
    "game.rating": {"view": (SUPPORT,)},
    "invites.invite": {"view": (SUPPORT,), "cancel": (SUPPORT,)},
    "matchmaking.queue": {"view": (SUPPORT,)},
    "matchmaking.ticket": {"view": (SUPPORT,), "send_out": (SUPPORT,)},
    "operators.announcement": dict.fromkeys(("view", "add", "withdraw"), (SUPPORT, MODERATOR)),
    "parties.party": {"view": (SUPPORT, MODERATOR), "disband": (MODERATOR,)},
    "achievements.achievement": _EDITED_BY_ECONOMISTS,
    "achievements.earned": {"view": (SUPPORT, ECONOMIST)},
    "progression.conversion": _EDITED_BY_ECONOMISTS,
    "progression.curve": _EDITED_BY_ECONOMISTS,
    "progression.customcurrency": _EDITED_BY_ECONOMISTS,
    "progression.droptable": _EDITED_BY_ECONOMISTS,
    "progression.entry": {"view": (SUPPORT, ECONOMIST)},
    "progression.growth": _TUNED_BY_ECONOMISTS,
    "progression.hatchodds": _TUNED_BY_ECONOMISTS,
    "progression.item": _EDITED_BY_ECONOMISTS,
    "progression.itemkind": _EDITED_BY_ECONOMISTS,
    "progression.itemslot": _EDITED_BY_ECONOMISTS,
    "progression.offer": _EDITED_BY_ECONOMISTS,
    # Changing a player means granting something.
    "progression.player": {"view": (SUPPORT, ECONOMIST), "change": (ECONOMIST,)},
    "progression.species": _EDITED_BY_ECONOMISTS,
    "server_keys.serverkey": dict.fromkeys(("view", "add", "change", "revoke"), ()),
    "shards.shard": _EDITED_BY_ECONOMISTS,
    "storage.document": {"view": (SUPPORT,)},
    "support.erasure": dict.fromkeys(("view", "approve", "withdraw"), (SUPPORT,)),
    "support.person": {
        "view": ROLES,
        "note": ROLES,
        **dict.fromkeys(("message", "ban", "mute", "lift", "sign_out", "rename"), (SUPPORT, MODERATOR)),
        **dict.fromkeys(("grant", "take"), (ECONOMIST,)),
        **dict.fromkeys(("refund", "undo_trade"), (SUPPORT, ECONOMIST)),
        **dict.fromkeys(("export", "ask_to_erase"), (SUPPORT,)),
    },
    "trading.trade": {"view": (SUPPORT, ECONOMIST)},
    "webhooks.delivery": {"view": (SUPPORT,), "deliver_again": (SUPPORT,)},
    "webhooks.endpoint": {"view": (), "add": (), "change": (), "rotate": ()},
    "world.character": {"view": (SUPPORT, MODERATOR)},
    "world.faction": _EDITED_BY_ECONOMISTS,
    "world.location": _EDITED_BY_ECONOMISTS,
    "world.visit": {"view": (SUPPORT,)},
    "world.worldevent": {"view": (SUPPORT, ECONOMIST)},
    "world.worldstate": {"view": (SUPPORT, ECONOMIST)},
}
"""For each model in the admin, the roles that may perform each action."""


def table() -> dict[str, Row]:
    """Return the platform's table with those of the extra apps' ``roles`` modules."""
    modules = [f"{app}.roles" for app in settings.EXTRA_APPS if find_spec(f"{app}.roles")]
    return TABLE | {label: row for name in modules for label, row in import_module(name).TABLE.items()}


def sync_roles(using: str, **_: Any) -> None:
    """Make the groups and their permissions match the table, in a database that has them."""
    if not router.allow_migrate_model(using, Permission):
        return
    rules = table()
    models = {label: apps.get_model(label) for label in rules}
    # Of a proxy its own type: it has permissions of its own.
    types = ContentType.objects.db_manager(using).get_for_models(*models.values(), for_concrete_models=False)
    permissions = Permission.objects.using(using)
    rows = {
        (types[models[label]].pk, f"{verb}_{models[label]._meta.model_name}"): (label, verb, roles)
        for label, row in rules.items()
        for verb, roles in row.items()
    }
    there = set(permissions.values_list("content_type_id", "codename"))
    permissions.bulk_create(
        Permission(content_type_id=type_id, codename=codename, name=_name(models[label], verb))
        for (type_id, codename), (label, verb, _) in rows.items()
        if (type_id, codename) not in there
    )
    ids = {
        (type_id, codename): pk
        for pk, type_id, codename in permissions.values_list("pk", "content_type_id", "codename")
    }
    for role in ROLES:
        group, _created = Group.objects.using(using).get_or_create(name=role)
        group.permissions.set(ids[key] for key, (_, _, roles) in rows.items() if role in roles)


def _name(model: type[Model], verb: str) -> str:
    return f"Can {verb.replace('_', ' ')} {model._meta.verbose_name}"
