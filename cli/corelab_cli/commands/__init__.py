"""One file per thing that a person wants."""
