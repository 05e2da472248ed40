complete --keep-order --exclusive --command sayso --arguments "(SAYSO_COMPLETE=fish sayso -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
