"""fanal: an open contact-centre CRM. Start reading in docs/path.md."""

__version__ = "0.1.0"
