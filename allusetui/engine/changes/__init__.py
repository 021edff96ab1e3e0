"""How each kind of event changes the state; `apply` alone calls them."""
