"""The facts that clauses may ask about a case, by area: each module has its ``FACTS``."""
