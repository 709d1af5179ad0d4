"""What a PDF says: its streams unpacked, and its text as another program reads it."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def unpacked(file):
    """Return the file's own bytes and those of each stream that unpacks."""
    parts = [file]
    for stream in STREAM.findall(file):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:  # fonts and pictures may be packed in other ways, or not at all
            parts.append(stream)
    return b"\n".join(parts)


def read_aloud(file):
    """Return the text that a reader finds, or None where no such program is installed."""
    tool = shutil.which("pdftotext")
    if tool is None:
        return None
    done = subprocess.run(
        [tool, "-raw", "-enc", "UTF-8", "-", "-"], input=file, capture_output=True, check=True
    )
    return done.stdout
