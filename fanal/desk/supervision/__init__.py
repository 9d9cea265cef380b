"""What a supervisor watches: queues, agents, input that was set aside."""
