"""The printed record of a draw (抽取记录表): what happened, seat by seat, and never who."""
