"""Generations of the read models: rebuilt, certified, held against the past, thrown away."""
