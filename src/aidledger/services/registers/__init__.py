"""Registers of other offices: read, tokenised at the door, kept beside the ledger, listed, compared."""
