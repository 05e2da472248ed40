//! Which environment variables a declaration may name, and for what.
//!
//! What can opt in or name a file has a fixed form: it bears the tool's own id, so that nothing sets it
//! but somebody who means this tool. What can only opt out may have any name that is not spoken for.

use crate::domain::signals;
use crate::domain::tool_id::ToolId;

/// What a tool's own switch may be called after its id.
pub const SUBJECTS: [&str; 4] = ["TELEMETRY", "ANALYTICS", "METRICS", "TRACKING"];

/// Variables of shells, loaders, interpreters and sessions: to set or unset one changes what programs
/// do, so no notice may ask for it. `*` stands for any end. Each with where it is described.
const SPOKEN_FOR: &[(&str, &str)] = &[
    (
        "POSIX.1-2017, Base Definitions, 8: Environment Variables",
        "CDPATH COLUMNS DATEMSK EDITOR ENV EXINIT FCEDIT FIGNORE FPATH HISTFILE HISTORY HISTSIZE \
         HOSTNAME IFS LANG LANGUAGE LC_* LINENO LINES LISTER LOGNAME LPDEST MAIL MAILCHECK MAILER \
         MAILPATH MAILRC MAKEFLAGS MAKESHELL MANPATH MORE MSGVERB NLSPATH NPROC OLDPWD OPTARG \
         OPTERR OPTIND PAGER PPID PRINTER PROCLANG PROJECTDIR PS1 PS2 PS3 PS4 PWD RANDOM SECONDS \
         SHELL TERM TERMCAP TERMINFO TMPDIR TZ USER VISUAL",
    ),
    (
        "bash(1), Shell Variables",
        "_ BASH BASH_* BASHOPTS BASHPID CHILD_MAX COMP_* COMPREPLY COPROC DIRSTACK EMACS \
         EPOCHREALTIME EPOCHSECONDS EUID EXECIGNORE FUNCNAME FUNCNEST GLOBIGNORE GLOBSORT GROUPS \
         HISTCMD HISTCONTROL HISTFILESIZE HISTIGNORE HISTTIMEFORMAT HOSTFILE HOSTTYPE IGNOREEOF \
         INPUTRC INSIDE_EMACS MACHTYPE MAPFILE OSTYPE PIPESTATUS POSIXLY_CORRECT PROMPT_COMMAND \
         PROMPT_DIRTRIM PS0 READLINE_* REPLY SHELLOPTS SHLVL SRANDOM TIMEFORMAT TMOUT UID \
         auto_resume histchars",
    ),
    (
        "zshparam(1), Parameters Set and Used By The Shell",
        "ARGV0 EGID FPATH GID KEYTIMEOUT MODULE_PATH NULLCMD PROMPT PROMPT2 PROMPT3 PROMPT4 \
         PROMPT_EOL_MARK READNULLCMD RPROMPT* RPS1 RPS2 SPROMPT TTY TTYIDLE USERNAME VENDOR \
         WORDCHARS ZDOTDIR ZLE_* ZSH ZSH_*",
    ),
    ("fish, The fish language: Special variables", "FISH_* __fish* fish_*"),
    (
        "Microsoft, PowerShell: about_Environment_Variables; Windows: Recognized Environment Variables",
        "ALLUSERSPROFILE APPDATA COMMONPROGRAM* COMPUTERNAME COMSPEC HOMEDRIVE HOMEPATH \
         LOCALAPPDATA PATHEXT POWERSHELL_* PROGRAMDATA PROGRAMFILES* PSMODULE* SYSTEMDRIVE \
         SYSTEMROOT TEMP TMP USERDOMAIN* USERPROFILE WINDIR",
    ),
    (
        "ld.so(8), mallopt(3), getaddrinfo(3), dyld(1), musl ld.so",
        "DYLD_* GCONV_PATH GETCONF_DIR GLIBC_* HOSTALIASES LD_* LOCALDOMAIN LOCPATH MALLOC_* \
         MUSL_* NIS_PATH RESOLV_* RES_OPTIONS TZDIR",
    ),
    ("python(1), Environment Variables; venv", "PYTHON* VIRTUAL_ENV*"),
    (
        "node(1), ENVIRONMENT; npm, config",
        "NODE_DEBUG* NODE_ENV NODE_EXTRA_CA_CERTS NODE_OPTIONS NODE_PATH NODE_REPL_* NODE_TLS_* \
         NODE_V8_* NPM_CONFIG_*",
    ),
    ("perlrun(1), ENVIRONMENT", "PERL5* PERLIO* PERLLIB PERL_*"),
    (
        "ruby(1), ENVIRONMENT; gem(1); bundle-config(1)",
        "BUNDLE_GEMFILE BUNDLE_PATH GEM_HOME GEM_PATH RUBYLIB RUBYOPT RUBYPATH RUBYSHELL",
    ),
    (
        "java(1), Using the JDK_JAVA_OPTIONS Launcher Environment Variable",
        "CLASSPATH JAVA_HOME JAVA_TOOL_OPTIONS JDK_* _JAVA_*",
    ),
    (
        "go help environment; cargo, Environment Variables; php(1); lua(1)",
        "CARGO_BUILD_* CARGO_HOME CARGO_TARGET_* GO111MODULE GODEBUG GOFLAGS GOPATH GOROOT \
         LUA_CPATH* LUA_INIT* LUA_PATH* PHPRC PHP_INI_SCAN_DIR RUSTC* RUSTFLAGS RUSTUP_HOME \
         RUSTUP_TOOLCHAIN RUST_BACKTRACE RUST_LOG",
    ),
    (
        "git(1), ENVIRONMENT VARIABLES; ssh(1); sudo(8); less(1); X(7)",
        "DISPLAY GIT_ASKPASS GIT_CONFIG* GIT_DIR GIT_EDITOR GIT_EXEC_PATH GIT_EXTERNAL_DIFF \
         GIT_INDEX_FILE GIT_PAGER GIT_PROXY_COMMAND GIT_SEQUENCE_EDITOR GIT_SSH* GIT_TEMPLATE_DIR \
         GIT_TRACE* GIT_WORK_TREE LESS LESSCLOSE LESSKEY* LESSOPEN LESSSECURE SSH_* SUDO_*",
    ),
    (
        "curl(1), ENVIRONMENT; openssl-env(7)",
        "ALL_PROXY CURL_CA_BUNDLE CURL_HOME FTP_PROXY HTTPS_PROXY HTTP_PROXY NO_PROXY \
         OPENSSL_CONF OPENSSL_ENGINES OPENSSL_MODULES SSLKEYLOGFILE SSL_CERT_DIR SSL_CERT_FILE",
    ),
    (
        "XDG Base Directory Specification; environ(7); systemd.exec(5)",
        "BROWSER COLORTERM DBUS_* INVOCATION_ID JOURNAL_STREAM LISTEN_FDNAMES LISTEN_FDS \
         LISTEN_PID NOTIFY_SOCKET TERM_PROGRAM* WAYLAND_* XAUTHORITY XDG_*",
    ),
];

/// Whether the name can be typed in every shell: letters, digits and `_`, no digit first.
pub fn is_name(name: &str) -> bool {
    let starts_well = name.bytes().next().is_some_and(|b| !b.is_ascii_digit());
    starts_well && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether the variable means something else already, whatever the case: Windows knows none.
pub fn is_spoken_for(name: &str) -> bool {
    let is_meant = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => name.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start)),
        None => name.eq_ignore_ascii_case(pattern),
    };
    is_taken(name) || SPOKEN_FOR.iter().any(|(_, names)| names.split_whitespace().any(is_meant))
}

/// Whether sayso, every program, or automation has a use for the variable, so that a switch of that
/// name would let one tool answer for all.
pub fn is_taken(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    matches!(name.as_str(), "DO_NOT_TRACK" | "PATH" | "HOME")
        || name.starts_with("SAYSO")
        || signals::is_of_automation(&name)
}

/// Whether a variable of this name may opt in to the tool.
pub fn may_opt_in(tool: &ToolId, name: &str) -> bool {
    own(tool, name).is_some_and(|rest| is_subject(rest.strip_suffix("_ENABLED").unwrap_or(rest)))
}

/// Whether a variable of this name may name the tool's transparency log.
pub fn may_name_a_log(tool: &ToolId, name: &str) -> bool {
    own(tool, name).and_then(|rest| rest.strip_suffix("_LOG_FILE")).is_some_and(is_subject)
}

/// The names that [`may_opt_in`] accepts without `_ENABLED`, in words.
pub fn in_words(tool: &ToolId) -> String {
    let [rest @ .., last] = SUBJECTS.map(|subject| format!("{}_{subject}", tool.as_variable()));
    format!("{} or {last}", rest.join(", "))
}

/// What follows the tool's id.
fn own<'n>(tool: &ToolId, name: &'n str) -> Option<&'n str> {
    name.strip_prefix(&tool.as_variable())?.strip_prefix('_')
}

fn is_subject(word: &str) -> bool {
    SUBJECTS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_bears_the_id_may_opt_in() {
        let tool = "a-b.c".parse().expect("an id");
        for good in ["A_B_C_TELEMETRY", "A_B_C_METRICS_ENABLED", "A_B_C_TRACKING"] {
            assert!(may_opt_in(&tool, good), "{good}");
        }
        for bad in [
            "A_B_C",
            "A_B_C_",
            "A_B_CTELEMETRY",
            "B_C_TELEMETRY",
            "A_B_C_TELEMETRY_",
            "a_b_c_telemetry",
            "A_B_C_ENABLED",
            "A_B_C_TELEMETRY_LOG_FILE",
            "A_B_C_TELEMETRY_ENABLED_ENABLED",
            "TELEMETRY",
            "A-B.C_TELEMETRY",
            "A_B_C_TELEMETRY_ON",
            "A_B_C_D_TELEMETRY",
        ] {
            assert!(!may_opt_in(&tool, bad), "{bad}");
        }
        assert!(may_name_a_log(&tool, "A_B_C_ANALYTICS_LOG_FILE"));
        assert!(!may_name_a_log(&tool, "A_B_C_ANALYTICS_ENABLED_LOG_FILE"));
        assert!(!may_name_a_log(&tool, "A_B_C_LOG_FILE"));
    }

    #[test]
    fn what_shells_loaders_and_automation_read_is_spoken_for_in_any_case() {
        for taken in ["CI", "DRONE", "DO_NOT_TRACK", "SAYSO", "SAYSO_HOME", "PATH", "HOME", "Path"]
        {
            assert!(is_taken(taken), "{taken}");
        }
        for name in ["SHLVL", "ld_preload", "LD_ANYTHING", "BASH_ENV", "NODE_OPTIONS", "http_proxy"]
        {
            assert!(is_spoken_for(name), "{name}");
        }
        for free in
            ["WERF_TELEMETRY", "CHECKPOINT_DISABLE", "LDAP_TELEMETRY", "ENVOY_OFF", "GITHUB_TOKEN"]
        {
            assert!(!is_spoken_for(free), "{free}");
        }
    }
}
