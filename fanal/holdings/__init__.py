"""What a customer has with us: accounts, cards, contracts, devices, orders."""
