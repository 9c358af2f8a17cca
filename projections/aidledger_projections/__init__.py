"""The read models: one SQL file each, and nothing else."""
