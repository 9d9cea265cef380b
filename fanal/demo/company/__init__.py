"""The demo company's configuration as data: Harbourlight sells appliances, connections and current accounts."""
