"""What experts are owed for an evaluation: hours, rate, tax, travel, and who pays."""
