"""What others may rely on, generated from the code, committed, and compared in continuous integration."""
