"""What a service desk hands in and hands out: the Word report of a period, the coaching sheet of an agent."""
