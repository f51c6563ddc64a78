"""Policy as code for a service desk."""
