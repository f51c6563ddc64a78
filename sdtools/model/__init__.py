"""What travels between the floors: frozen, slotted dataclasses and enums, and nothing else."""
