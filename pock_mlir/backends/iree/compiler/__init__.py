"""The half that needs IREE's compiler."""
