"""Handing over: what a ledger holds, as files that other programs open without us."""
