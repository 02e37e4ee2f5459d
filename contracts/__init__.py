"""Contracts with the world outside, generated from the code, committed, and compared in CI."""
