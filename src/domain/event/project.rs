//! The address of a git origin, the same for every spelling of it, without user or password.

/// `host/path`, lower-case host, without port, user, password, leading `/`, trailing `.git` or `/`.
/// `None` for what is no address of another machine.
///
/// The spellings are those of git's own documentation ("GIT URLS" in git-clone): `ssh://`,
/// `git://`, `http[s]://`, `ftp[s]://`, and `[user@]host:path`.
pub fn normalised(origin: &str) -> Option<String> {
    let origin = origin.trim();
    let (host, path) = match origin.split_once("://") {
        Some((scheme, rest)) => {
            let scheme = scheme.strip_prefix("git+").unwrap_or(scheme);
            if !matches!(scheme, "ssh" | "git" | "http" | "https" | "ftp" | "ftps") {
                return None;
            }
            let (authority, path) = rest.split_once('/')?;
            (host_of(authority)?, path)
        }
        None => {
            let (authority, path) = origin.split_once(':')?;
            // A Windows drive, or a path that happens to hold a colon, is a folder of this machine.
            if authority.contains(['/', '\\']) || authority.len() < 2 {
                return None;
            }
            (host_of(authority)?, path)
        }
    };
    let path = path.split(['?', '#']).next().unwrap_or(path).trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    (!path.is_empty()).then(|| format!("{}/{path}", host.to_lowercase()))
}

fn host_of(authority: &str) -> Option<&str> {
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => host.split(':').next()?,
    };
    (!host.is_empty()).then_some(host)
}

/// The origin's address in the text of a git config file.
///
/// The grammar is that of git-config: sections, `key = value`, `#` and `;` comments, quotes.
pub fn origin_in(config: &str) -> Option<String> {
    let mut in_origin = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            let name: String = line.split_whitespace().collect();
            in_origin = name.starts_with("[remote\"origin\"]");
            continue;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| in_origin) else { continue };
        if key.trim().eq_ignore_ascii_case("url") {
            let value = value.trim();
            let value = match value.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next()?,
                None => value.split(['#', ';']).next()?.trim(),
            };
            return Some(value.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_is_the_same() {
        for spelling in [
            "https://git.example/team/tool.git",
            "https://git.example/team/tool",
            "https://user:token@git.example:8443/team/tool.git/",
            "http://GIT.example/team/tool.git",
            "ssh://git@git.example:22/team/tool.git",
            "git@git.example:team/tool.git",
            "git@git.example:/team/tool",
            "git+ssh://git@git.example/team/tool.git",
            " https://oauth2:secret@git.example/team/tool.git?x=1#y ",
        ] {
            assert_eq!(
                normalised(spelling).as_deref(),
                Some("git.example/team/tool"),
                "{spelling}"
            );
        }
    }

    #[test]
    fn folders_of_this_machine_are_no_address() {
        for local in ["/home/ada/tool.git", "../tool", "C:\\tool", "file:///home/ada/tool", "", "x"]
        {
            assert_eq!(normalised(local), None, "{local}");
        }
    }

    #[test]
    fn the_origin_is_found_among_other_remotes() {
        let config = "[core]\n\turl = no\n[remote \"fork\"]\n url = https://fork.example/x\n[remote \"origin\"]\n\tfetch = +refs\n\tURL = \"git@git.example:team/tool.git\" ; mine\n";
        assert_eq!(origin_in(config).as_deref(), Some("git@git.example:team/tool.git"));
        assert_eq!(origin_in("[remote \"fork\"]\nurl = x"), None);
    }
}
