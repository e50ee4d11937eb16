"""What hooks keep of every recurrent call, and which call's state feeds which."""
