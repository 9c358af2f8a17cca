"""The adversary kit: attacks carried out on a copy of a ledger, and what of them is found."""
