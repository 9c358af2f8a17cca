"""Questions to the whole ledger: its models as lists, somebody's own SQL, two days compared."""
