"""One module per kind of contract; each gives `documents()`: the file below `contracts/`, and its value."""
