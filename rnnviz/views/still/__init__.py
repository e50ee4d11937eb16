"""Stills: the pictures of one moment as one PNG, drawn without a browser, for who reads a saved notebook."""
