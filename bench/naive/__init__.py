"""The same work as most Channels projects do it: JSON consumers, ``group_send`` a message, DRF on daphne."""
