//! Which group is a user's own: systems give each user one of the same name, with nobody else in it
//! (Debian: `USERGROUPS` in adduser.conf(5); elsewhere `USERGROUPS_ENAB` in login.defs(5)).

use crate::fs::file::{self, Trust};
use std::path::Path;

/// More than any list of users that is kept in a file.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Whether a group is the private one of a user, by /etc/passwd and /etc/group (passwd(5), group(5)): it
/// is the user's first group and has the user's name, and nobody else is in it. A user or group that
/// another service names has none that could be told.
pub(crate) fn is_private(group: u32, user: u32) -> bool {
    let read = |path| file::read(Path::new(path), LIMIT, Trust::Anyone).ok().flatten();
    let users = read("/etc/passwd").unwrap_or_default();
    let groups = read("/etc/group").unwrap_or_default();
    is_private_in(&users, &groups, group, user)
}

fn is_private_in(users: &str, groups: &str, group: u32, user: u32) -> bool {
    let fields = |line: &str| line.split(':').map(str::to_owned).collect::<Vec<String>>();
    let is = |field: Option<&String>, number: u32| {
        field.and_then(|field| field.parse().ok()) == Some(number)
    };
    let users: Vec<Vec<String>> = users.lines().map(fields).collect();
    let mut own = users.iter().filter(|of| is(of.get(2), user));
    let (Some(owner), None) = (own.next(), own.next()) else { return false };
    let is_first = is(owner.get(3), group);
    let is_first_of_others = users.iter().any(|of| is(of.get(3), group) && !is(of.get(2), user));
    let groups: Vec<Vec<String>> = groups.lines().map(fields).collect();
    let mut named = groups.iter().filter(|of| is(of.get(2), group));
    let (Some(named), None) = (named.next(), named.next()) else { return false };
    let mut members = named.get(3).map_or("", String::as_str).split(',').map(str::trim);
    let is_alone = members.all(|member| member.is_empty() || member == owner[0]);
    is_first && !is_first_of_others && named[0] == owner[0] && is_alone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_private_where_it_has_the_users_name_and_nobody_else_is_in_it() {
        let users = "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:";
        for (groups, expected) in [
            ("root:x:0:\nada:x:1000:\n", true),
            ("ada:x:1000:ada", true),
            ("ada:x:1000:ada,bob", false),
            ("ada:x:1000:bob", false),
            ("staff:x:1000:", false),
            ("ada:x:1002:", false),
            ("ada:x:1000:\nother:x:1000:bob", false),
            ("ada:x:1000", true),
            ("ada", false),
            ("", false),
        ] {
            assert_eq!(is_private_in(users, groups, 1000, 1000), expected, "{groups}");
        }
        let groups = "ada:x:1000:\nstaff:x:50:\n";
        assert!(!is_private_in(users, groups, 50, 1000), "not the user's first group");
        let shared = "ada:x:1000:1000::/:\neve:x:1002:1000::/:";
        assert!(!is_private_in(shared, groups, 1000, 1000), "another user's first group as well");
        let twice = "ada:x:1000:1000::/:\neve:x:1000:1000::/:";
        assert!(!is_private_in(twice, groups, 1000, 1000), "two names for one number");
        assert!(!is_private_in("", groups, 1000, 1000));
    }
}
