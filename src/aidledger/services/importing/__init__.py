"""Imports of files that other programs write: applications, bank results, carers' scores."""
