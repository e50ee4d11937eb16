"""What belongs to the whole process while a run goes on: devices, interrupts, forks, dtypes, modes."""
