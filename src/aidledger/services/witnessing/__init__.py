"""Witnesses: offices that cosign a log's checkpoints while it only grows, and how they are asked."""
