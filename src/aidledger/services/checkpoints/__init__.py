"""Checkpoints of the ledger's own log: signed, stamped, compared, handed out, held to later."""
