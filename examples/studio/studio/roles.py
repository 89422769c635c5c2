"""The operators' roles: permissions for the app's rows."""

TABLE = {
    "studio.lap": {"view": ("support",)},
    "studio.track": {"view": ("economist",), "change": ("economist",)},
}
