"""What is measured: captures, drawing, training, and what peers see."""
