"""How the money goes from the levels of government to a person's hand, and where the way has a gap."""
