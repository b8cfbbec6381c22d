"""The half that needs IREE's runtime: devices, and modules on them."""
