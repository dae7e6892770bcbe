"""What one would write without Mokuteki: each module is one server, started as its own process."""
