"""The studio's leaderboards."""

from gameplatform.extend import Leaderboard

fastest = Leaderboard("fastest-laps", order="asc", keep="best", reset="weekly", title="Fastest laps")
