"""Which steps of the input moved an answer: by the gradient, and by leaving each step out."""
