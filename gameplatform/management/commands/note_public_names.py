"""``manage.py note_public_names``: notes the public names of a release."""

from typing import Any

from django.core.management.base import BaseCommand

from gameplatform import reference


class Command(BaseCommand):
    help = "Write docs/reference/public.txt, at a release: from then on, none of its names goes or changes."

    def handle(self, **options: Any) -> None:
        reference.PUBLIC.write_text("\n".join(sorted(reference.public())) + "\n")
