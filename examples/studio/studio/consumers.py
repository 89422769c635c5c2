"""The socket of the track: tells of every lap, and records one's own."""

from gameplatform.extend import Consumer, handles, in_database
from studio import commands, events, selectors, services


class TrackConsumer(Consumer):
    opens_with = events.Track
    emits = (events.LapDriven,)

    async def opened(self) -> None:
        await self.follow(events.TRACK, self.snapshot)

    async def snapshot(self) -> events.Track:
        laps = await in_database(lambda: list(selectors.best_laps()))
        return events.Track(best_ms=[lap.ms for lap in laps])

    @handles(commands.DriveLap)
    async def drive(self, command: commands.DriveLap) -> None:
        await in_database(services.record, user_id=self.player.user_id, ms=command.ms)
