"""The log in public: static files that any web server can hand out, and how they are read."""
