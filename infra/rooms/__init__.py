"""One construct per room: its doors, and what each may touch."""
