"""Adapters to AWS. They carry no decisions."""
