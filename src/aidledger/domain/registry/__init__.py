"""Who may act: the registry of offices, roles and keys, the table of powers, and ``authorise``."""
