"""Lets a server of a trial run with a planted fault, so that the trial can be seen to find it."""

import os

from django.apps import AppConfig


class TrialsConfig(AppConfig):
    name = "trials"
    verbose_name = "Trials"

    def ready(self) -> None:
        if fault := os.environ.get("PLANTED_FAULT"):
            from trials import faults

            getattr(faults, fault)()
