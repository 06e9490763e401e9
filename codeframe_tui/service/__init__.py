"""The API that every front end uses; the one writer; the broadcast."""
