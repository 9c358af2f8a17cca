"""Proofs that stand without the ledger: of an entry, a case, a payment, a row, a time."""
