"""Bringing experts in by the file: CSV and XLSX, every line judged before any is taken."""
