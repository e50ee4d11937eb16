"""What a trace hands back: frozen arrays, their checks, their file."""
