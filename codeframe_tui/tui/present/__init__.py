"""Pure functions from documents to rows; no Textual here."""
