// Placeholder of the first hour: replaced by the room's first type.
