"""A case as it stands or stood: its history, who made it so, what falls due, what to put right."""
