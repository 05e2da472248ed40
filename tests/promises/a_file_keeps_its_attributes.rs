//! A third-party tool's file keeps what the system knows about it: mode, group, extended attributes and
//! access lists, after `disable` and after `undo`.
#![cfg(target_os = "linux")]

use crate::switching::Machine;
use rustix::fs::{XattrFlags, getxattr, setxattr};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

const FILE: &str = ".config/turborepo/telemetry.json";

/// Somebody else may read, as `setfacl -m u:65534:r` writes it: a version, then tag, permissions and id
/// of each entry (linux/posix_acl_xattr.h).
fn access_list() -> Vec<u8> {
    const NOBODY_IN_PARTICULAR: u32 = u32::MAX;
    let entries: [(u16, u16, u32); 5] = [
        (0x01, 6, NOBODY_IN_PARTICULAR),
        (0x02, 4, 65534),
        (0x04, 0, NOBODY_IN_PARTICULAR),
        (0x10, 4, NOBODY_IN_PARTICULAR),
        (0x20, 0, NOBODY_IN_PARTICULAR),
    ];
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(permissions.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

#[test]
fn mode_attributes_and_access_list_stay() {
    let machine = Machine::with(&["turbo"]);
    machine.home.write(FILE, "{\"telemetry_enabled\":true}");
    let path = machine.home.path().join(FILE);
    fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("a mode");
    let attributes = [
        ("user.comment", b"mine".to_vec()),
        ("user.empty", Vec::new()),
        ("system.posix_acl_access", access_list()),
    ];
    let can_have = |(name, value): &&(&str, Vec<u8>)| {
        setxattr(&path, *name, value, XattrFlags::empty()).is_ok()
    };
    let attributes: Vec<_> = attributes.iter().filter(can_have).collect();
    assert!(
        !attributes.is_empty(),
        "this file system has no attributes: set TMPDIR to one that does"
    );
    let mode = fs::metadata(&path).expect("a file").permissions().mode();
    for arguments in ["disable", "undo", "disable"] {
        machine.run(&[arguments, "turborepo"]).ends(0);
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode(), mode, "{arguments}");
        for (name, value) in &attributes {
            let mut buffer = [0; 256];
            let length = getxattr(&path, *name, &mut buffer).expect("the attribute is there");
            assert_eq!(&buffer[..length], value, "{name} after {arguments}");
        }
    }
    assert!(machine.home.read(FILE).contains("false"));
}
