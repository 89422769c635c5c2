"""The choice of a region for a party."""

from collections.abc import Mapping, Sequence


def best_region(latencies: Sequence[Mapping[str, int]]) -> str | None:
    """Return the region whose slowest member has the lowest latency, of those that every member has measured.

    ``latencies`` are those of each member by region, in milliseconds. None if there is no such region.
    """
    if not latencies:
        return None
    common = set.intersection(*(set(one) for one in latencies))
    return min(sorted(common), key=lambda region: max(one[region] for one in latencies), default=None)
