"""The passes on a lowered step that only IREE needs, found by their names as all passes are."""
