module completions {

  # See what your command-line tools collect, and switch it off
  export extern sayso [
    --help(-h)                # Print help
    --version(-V)             # Print version
  ]

  def "nu-complete sayso status tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Show what each tool may collect, whether it is on, and why
  export extern "sayso status" [
    --all                     # Also known tools that are not installed here
    --json                    # Print one JSON document
    --help(-h)                # Print help
    tool?: string@"nu-complete sayso status tool" # Only this tool, with every reason in full
  ]

  def "nu-complete sayso enable tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Say yes to a tool, or to some of its purposes
  export extern "sayso enable" [
    --notice: string          # The notice that was read; needed where nobody is at the terminal
    --dry-run                 # Show what would be agreed to, and store nothing
    --run-vendor-command      # Run the vendor's own command where one is known; it may do more than sayso can see
    --help(-h)                # Print help
    tool: string@"nu-complete sayso enable tool" # The tool
    ...purpose: string        # Only these purposes; all declared ones if none is named
  ]

  def "nu-complete sayso disable tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Say no to a tool, to some of its purposes, or to everything
  export extern "sayso disable" [
    --unknown                 # Also for a tool that is not known here yet: a no in advance
    --dry-run                 # Show what would change, and change nothing
    --run-vendor-command      # Run the vendor's own command where one is known; it may do more than sayso can see
    --help(-h)                # Print help
    tool?: string@"nu-complete sayso disable tool" # The tool; without one, every tool that status shows, and no tool asks any more
    ...purpose: string        # Only these purposes; the whole tool if none is named
  ]

  def "nu-complete sayso show tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  def "nu-complete sayso show format" [] {
    [ "text" "json" "markdown" ]
  }

  # Show everything that a tool declares
  export extern "sayso show" [
    --notice                  # Only the notice, as a person reads it before deciding
    --requests                # The exact requests that would leave, made from sample events, keys masked
    --format: string@"nu-complete sayso show format" # The form of the answer
    --help(-h)                # Print help (see more with '--help')
    tool: string@"nu-complete sayso show tool" # A tool that is known here, or the file of a declaration
  ]

  def "nu-complete sayso log tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Show what waits and what has left, exactly
  export extern "sayso log" [
    --waiting                 # Only what waits
    --sent                    # Only what has left: when, to whom, and what was answered
    --json                    # Print events and requests themselves, byte for byte, one JSON object a line
    --help(-h)                # Print help
    tool?: string@"nu-complete sayso log tool" # Only this tool
  ]

  def "nu-complete sayso undo tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Put back, byte for byte, what sayso changed in other tools' files
  export extern "sayso undo" [
    --dry-run                 # Show what would be put back, and change nothing
    --help(-h)                # Print help
    tool?: string@"nu-complete sayso undo tool" # Only what was changed for this tool
  ]

  def "nu-complete sayso forget tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Say no to a tool and delete what it left on this machine
  export extern "sayso forget" [
    --everything              # Remove every file that sayso ever made, answers included
    --keep-changes            # With --everything: leave what sayso changed in other tools' files as it is now
    --dry-run                 # Show what would be deleted, and delete nothing
    --help(-h)                # Print help
    tool?: string@"nu-complete sayso forget tool" # The tool
  ]

  def "nu-complete sayso default default" [] {
    [ "ask" "off" "declared" ]
  }

  # Show or set what holds for tools without a choice
  export extern "sayso default" [
    --dry-run                 # Show what would change, and change nothing
    --help(-h)                # Print help (see more with '--help')
    default?: string@"nu-complete sayso default default" # The new default; without one, the one that holds is shown
  ]

  def "nu-complete sayso id tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Show the pseudonyms that vendors see, or make new ones
  export extern "sayso id" [
    --help(-h)                # Print help
    tool?: string@"nu-complete sayso id tool" # Only this tool
  ]

  def "nu-complete sayso id reset tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Make new pseudonyms, for one tool or for all
  export extern "sayso id reset" [
    --dry-run                 # Show what would change, and change nothing
    --help(-h)                # Print help
    tool?: string@"nu-complete sayso id reset tool" # Only this tool
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "sayso id help" [
  ]

  # Make new pseudonyms, for one tool or for all
  export extern "sayso id help reset" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "sayso id help help" [
  ]

  def "nu-complete sayso history tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Show every change of mind, oldest first
  export extern "sayso history" [
    --receipts                # Print consent receipts, as one JSON document
    --json                    # Print one JSON document
    --help(-h)                # Print help
    tool?: string@"nu-complete sayso history tool" # Only this tool
  ]

  def "nu-complete sayso env shell" [] {
    [ "sh" "bash" "zsh" "fish" "nu" "pwsh" ]
  }

  # Print the variables that carry your choices to other people's tools
  export extern "sayso env" [
    --shell: string@"nu-complete sayso env shell" # The shell; without it, the one that SHELL names
    --check                   # Say whether this very shell has the variables
    --install                 # Give them to every shell that starts, and to desktop programs and services
    --uninstall               # Take out what --install wrote
    --dry-run                 # Show what would change, and change nothing
    --help(-h)                # Print help (see more with '--help')
  ]

  # Look for damage and conflicts, and say how to mend them
  export extern "sayso doctor" [
    --json                    # Print one JSON document
    --help(-h)                # Print help
  ]

  # Show where everything lives
  export extern "sayso path" [
    --json                    # Print one JSON document
    --help(-h)                # Print help
  ]

  def "nu-complete sayso check tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Answer a script: exit 0 if it is allowed, 1 if it is held
  export extern "sayso check" [
    --explain                 # Show every source, its value, and the one that decides
    --json                    # Print the same as one JSON document
    --help(-h)                # Print help
    tool: string@"nu-complete sayso check tool" # The tool
    purpose?: string          # The purpose; usage, or the only one there is, if none is named
  ]

  def "nu-complete sayso ask tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Ask the person once, where one is present; silent otherwise
  export extern "sayso ask" [
    --dry-run                 # Show what would be asked, and ask nothing
    --help(-h)                # Print help
    tool: string@"nu-complete sayso ask tool" # The tool
    ...purpose: string        # Only these purposes; all declared ones if none is named
  ]

  def "nu-complete sayso record tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Record an event as declared, if it is allowed; silent if it is held
  export extern "sayso record" [
    --run: string             # The run that the event belongs to, such as a random number kept for all of it
    --help(-h)                # Print help
    tool: string@"nu-complete sayso record tool" # The tool
    event: string             # The event, as declared
    ...field: string          # Values of its fields
  ]

  def "nu-complete sayso deliver tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Send what you agreed to and what has rested, now
  export extern "sayso deliver" [
    --now                     # Do not let events rest first
    --help(-h)                # Print help
    tool?: string@"nu-complete sayso deliver tool" # Only this tool
  ]

  def "nu-complete sayso update-check tool" [] {
    ^sayso status --json | from json | get tools.tool
  }

  # Ask whether a newer version of a tool exists, if that is allowed
  export extern "sayso update-check" [
    --version: string         # The version in use
    --command: string         # The command that runs; told only while usage is allowed too
    --json                    # Print one JSON document
    --help(-h)                # Print help
    tool: string@"nu-complete sayso update-check tool" # The tool
  ]

  # Check a declaration, or a catalogue of other people's tools
  export extern "sayso lint" [
    --against: path           # An earlier declaration: show what FILE asks for beyond it
    --help(-h)                # Print help
    file: path                # The declaration, or the catalogue of other people's tools
  ]

  # Register declarations, so that people see the tools and can decide
  export extern "sayso declare" [
    --replace                 # Replace a known declaration even if vendor, receiver, account or deletion address differ
    --dry-run                 # Show what would be registered, and register nothing
    --help(-h)                # Print help
    ...file: path             # Declarations
  ]

  def "nu-complete sayso completions shell" [] {
    [ "bash" "zsh" "fish" "powershell" "elvish" "nushell" ]
  }

  # Print the completion script of a shell
  export extern "sayso completions" [
    --help(-h)                # Print help (see more with '--help')
    shell: string@"nu-complete sayso completions shell" # The shell
  ]

  # Print the manual page
  export extern "sayso man" [
    --help(-h)                # Print help
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "sayso help" [
  ]

  # Show what each tool may collect, whether it is on, and why
  export extern "sayso help status" [
  ]

  # Say yes to a tool, or to some of its purposes
  export extern "sayso help enable" [
  ]

  # Say no to a tool, to some of its purposes, or to everything
  export extern "sayso help disable" [
  ]

  # Show everything that a tool declares
  export extern "sayso help show" [
  ]

  # Show what waits and what has left, exactly
  export extern "sayso help log" [
  ]

  # Put back, byte for byte, what sayso changed in other tools' files
  export extern "sayso help undo" [
  ]

  # Say no to a tool and delete what it left on this machine
  export extern "sayso help forget" [
  ]

  # Show or set what holds for tools without a choice
  export extern "sayso help default" [
  ]

  # Show the pseudonyms that vendors see, or make new ones
  export extern "sayso help id" [
  ]

  # Make new pseudonyms, for one tool or for all
  export extern "sayso help id reset" [
  ]

  # Show every change of mind, oldest first
  export extern "sayso help history" [
  ]

  # Print the variables that carry your choices to other people's tools
  export extern "sayso help env" [
  ]

  # Look for damage and conflicts, and say how to mend them
  export extern "sayso help doctor" [
  ]

  # Show where everything lives
  export extern "sayso help path" [
  ]

  # Answer a script: exit 0 if it is allowed, 1 if it is held
  export extern "sayso help check" [
  ]

  # Ask the person once, where one is present; silent otherwise
  export extern "sayso help ask" [
  ]

  # Record an event as declared, if it is allowed; silent if it is held
  export extern "sayso help record" [
  ]

  # Send what you agreed to and what has rested, now
  export extern "sayso help deliver" [
  ]

  # Ask whether a newer version of a tool exists, if that is allowed
  export extern "sayso help update-check" [
  ]

  # Check a declaration, or a catalogue of other people's tools
  export extern "sayso help lint" [
  ]

  # Register declarations, so that people see the tools and can decide
  export extern "sayso help declare" [
  ]

  # Print the completion script of a shell
  export extern "sayso help completions" [
  ]

  # Print the manual page
  export extern "sayso help man" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "sayso help help" [
  ]

}

export use completions *
