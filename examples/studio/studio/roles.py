"""What the operators' roles may do with the app's rows."""

TABLE = {
    "studio.lap": {"view": ("support",)},
    "studio.track": {"view": ("economist",), "change": ("economist",)},
}
