"""The programmes of the simulated county, each a branch of its own."""
