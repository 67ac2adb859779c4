//! Whose files are, and what others may do with them.

use std::rc::Rc;

/// Whose a file is: user and group, by number.
pub type Owner = (u32, u32);

/// In whose name files are opened and made. User 0 may do everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Who {
    pub uid: u32,
    pub gid: u32,
    /// All groups, in order.
    pub groups: Rc<Vec<u32>>,
}

pub(super) const READ: u32 = 4;
pub(super) const WRITE: u32 = 2;
/// The bit of a directory that hands its group down.
pub(super) const SET_GROUP: u32 = 0o2000;

impl Who {
    /// True where the permission bits of a file allow it.
    pub(super) fn may(&self, want: u32, owner: Owner, mode: u32) -> bool {
        let shift = match () {
            () if self.uid == 0 => return true,
            () if self.uid == owner.0 => 6,
            () if self.gid == owner.1 || self.groups.contains(&owner.1) => 3,
            () => 0,
        };
        mode >> shift & want == want
    }
}
