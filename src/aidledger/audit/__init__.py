"""What an auditor asks of a whole ledger: rules as SQL, what they find, and the cases they are tried on."""
