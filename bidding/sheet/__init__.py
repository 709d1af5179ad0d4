"""A table in a file, CSV or XLSX: read row by row, refused when unsafe or doubtful."""
