"""Who may do what: roles, posts and permissions. Pure, and below the act that demands them."""
