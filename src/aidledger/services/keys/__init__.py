"""Who may sign and act: keys of actors, where they lie, powers, what a ledger begins with."""
