"""Decisions and the rules they were taken under: explained, taken again, or under other rules."""
