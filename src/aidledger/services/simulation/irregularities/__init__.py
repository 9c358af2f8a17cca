"""What auditors look for, planted one kind in one case, and written down with its positions."""
