"""Audit rules run over a ledger, and samples drawn from it."""
