"""Reasons that several rooms give in the same words."""

FILED_BY_MISTAKE = "the images were filed under another subject or visit by mistake"
