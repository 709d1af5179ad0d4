"""Charts as SVG: plain text that every browser draws, with labels in Chinese and English."""
