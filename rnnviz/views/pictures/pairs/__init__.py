"""Pictures of translations: where attention looks, what is written, the tree of a beam, quality by length."""
