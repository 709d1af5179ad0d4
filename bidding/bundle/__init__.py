"""The files that leave the house: request, bundle, trust file, auditor's file, and their shape."""
