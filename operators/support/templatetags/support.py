"""Cells of a player's page as HTML."""

from datetime import datetime

from django import template
from django.utils.html import format_html

from operators.support.selectors import Cell, Link

register = template.Library()


@register.simple_tag
def cell(value: Cell) -> str:
    """Return a cell as HTML: times in UTC to the second, links, and a dash for nothing."""
    if isinstance(value, Link):
        return format_html('<a href="{}">{}</a>', value.url, value.text)
    if isinstance(value, datetime):
        return format_html('<time datetime="{0}">{0}</time>', f"{value:%Y-%m-%d %H:%M:%S}")
    return "-" if value is None or value == "" else str(value)
