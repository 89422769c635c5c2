"""System checks of how the apps fit together."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.urls)
def check_extra_routes(**_: Any) -> list[CheckMessage]:
    """Require that no extra app's routes are below a path of ours, which would take precedence."""
    from gameplatform import urls

    taken = {"rpc"} | {
        str(pattern.pattern).split("/")[1]
        for resolver in urls.ours
        for pattern in resolver.url_patterns
        if str(pattern.pattern).startswith("api/")
    }
    return [
        Error(
            f"The routes of the extra app {label!r} would be below /api/{label}/, which is ours.",
            hint="Rename the app, or give its AppConfig another label.",
            id="gameplatform.E001",
        )
        for label in sorted(urls.extra().keys() & taken)
    ]
