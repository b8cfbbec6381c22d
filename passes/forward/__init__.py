"""pock-forward: from a frontend's dialect to pock, in our layouts."""
