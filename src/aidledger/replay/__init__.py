"""Runs the SQL read models over entries."""
