"""Chapters 00 to 04: how a recurrent network works."""
