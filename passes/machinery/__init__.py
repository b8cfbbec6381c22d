"""What passes are made of and run by: the registry, options, pipelines and their text, diagnostics, tables of rules."""
