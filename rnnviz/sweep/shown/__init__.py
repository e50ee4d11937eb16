"""What is seen of a sweep: words and a bar while it runs, parallel coordinates, the picture that is kept."""
