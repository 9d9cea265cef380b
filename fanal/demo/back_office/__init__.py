"""A small back office of the demo company: what it knows of orders, accounts, cards and devices, and what it does.

`server`, `acting` and `store` are a program of its own that imports nothing else of fanal, which asks it by HTTP as it
would ask anybody's; `describing` and `filling` are fanal's side: how it is asked, and what it is given to know.
"""
