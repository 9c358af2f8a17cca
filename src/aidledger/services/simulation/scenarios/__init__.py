"""What published audits found, rebuilt as counties: so many persons, so much money, and no more."""
