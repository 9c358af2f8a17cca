"""Registers of other offices: of which kinds they are, and what is kept of each."""
