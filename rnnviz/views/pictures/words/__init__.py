"""Pictures of texts: what is said of them token by token, and which tokens moved the answer."""
