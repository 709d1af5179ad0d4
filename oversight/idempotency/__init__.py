"""A request is answered once: repeated under its key, it gets the stored answer."""
