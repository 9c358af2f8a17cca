"""Policy packs, their clauses, and the decisions taken under them."""
