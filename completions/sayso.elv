set edit:completion:arg-completer[sayso] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) SAYSO_COMPLETE="elvish" sayso -- $@words) | to-lines
}
