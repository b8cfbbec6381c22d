"""pock-lowering: from pock to upstream dialects."""
