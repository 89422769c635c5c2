"""REST routes of accounts and sessions."""
