"""All recorded draws held against their odds: experts, officers, applicants, winners. No names."""
