"""A shop on the demo company's data: a site like any other, with the chat's script tag and nothing else of ours."""
