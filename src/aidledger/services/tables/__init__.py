"""Tables beside the ledger: where they lie, and how one is put there."""
