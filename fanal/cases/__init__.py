"""The matters that customers want settled: their types, their states and their history."""
