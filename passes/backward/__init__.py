"""pock-backward: what is trained, in what precision, and the gradients."""
