"""What a learner moves: knobs, sliders, selectors, and the base of every tool."""
