"""What measurements are taken and printed with: clock, memory, wire, table, machine."""
