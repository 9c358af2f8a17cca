"""Sealed segments of the log: records and their columns in immutable files, and what proves them."""
