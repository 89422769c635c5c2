"""Flags of cheating, which join the queue of reports; operators decide them, nothing else follows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from chat.models import Report
from core.ids import UserId

Sign = Report.Sign
MAX_EVIDENCE = 30


class Evidence(msgspec.Struct):
    """A row that shows what was found; ``label`` names its model, such as ``game.game``."""

    label: str
    id: str
    text: str


class Flag(msgspec.Struct, frozen=True):
    """A finding about an account or, with ``other_id``, about a pair of them.

    ``score`` is how many times the threshold was reached.
    """

    sign: Sign
    about_id: UserId
    finding: str
    score: float
    evidence: list[Evidence]
    other_id: UserId | None = None


def raise_flags(flags: Iterable[Flag], *, unless_decided_since: datetime) -> int:
    """Put flags in the queue; return the number of new ones.

    One that is open already gets the new evidence, too. One that was decided since that moment is left out.
    """
    return sum(_raise_flag(flag, unless_decided_since) for flag in flags)


@transaction.atomic
def _raise_flag(flag: Flag, decided_since: datetime) -> bool:
    known: dict[str, Any] = {
        "kind": Report.Kind.CHEATING,
        "sign": flag.sign,
        "about_id": flag.about_id,
        "other_id": flag.other_id,
    }
    if Report.objects.filter(**known, settled_at__gte=decided_since).exists():
        return False
    evidence = msgspec.to_builtins(flag.evidence)
    report, is_new = Report.objects.select_for_update().get_or_create(**known, settled_at=None)
    seen = {(one["label"], one["id"]) for one in evidence}
    evidence += [one for one in report.evidence if (one["label"], one["id"]) not in seen]
    report.text, report.evidence = flag.finding, evidence[:MAX_EVIDENCE]
    report.score = max(round(flag.score, 2), report.score or 0)
    report.save(update_fields=["text", "evidence", "score"])
    return is_new
