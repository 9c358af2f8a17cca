"""Evidence bundles: what stands without us, about one case, finding, public list or month."""
