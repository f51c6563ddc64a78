"""What fills the embedded desks: a service desk's people and tickets, whatever desk holds them."""
