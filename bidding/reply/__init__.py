"""Replies: what experts answer by link, code or key, and what the gateway reports."""
