"""Apply: the only room that changes a desk."""
