"""Games under way: rooms, who owns them, their journal and their clocks. Lives on the worker's loop."""
