"""The same features as in most Channels projects: JSON consumers, ``group_send``, DRF on daphne."""
