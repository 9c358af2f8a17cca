"""Pure bytes: why the ledger can be trusted."""
