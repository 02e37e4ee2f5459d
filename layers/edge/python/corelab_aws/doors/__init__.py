"""What every door does the same way: the API's shape, a reaction's shape."""
