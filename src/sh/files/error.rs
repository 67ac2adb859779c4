//! Why operations on files fail.

/// Why a file operation failed; [`FileError::text`] is what C's `strerror` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    NotFound,
    IsDirectory,
    NotDirectory,
    Exists,
    Denied,
    NotEmpty,
    ReadOnly,
    Loop,
    NoSpace,
    Invalid,
    NotOwner,
}

impl FileError {
    pub fn text(self) -> &'static str {
        match self {
            Self::NotFound => "No such file or directory",
            Self::IsDirectory => "Is a directory",
            Self::NotDirectory => "Not a directory",
            Self::Exists => "File exists",
            Self::Denied => "Permission denied",
            Self::NotEmpty => "Directory not empty",
            Self::ReadOnly => "Read-only file system",
            Self::Loop => "Too many levels of symbolic links",
            Self::NoSpace => "No space left on device",
            Self::Invalid => "Invalid argument",
            Self::NotOwner => "Operation not permitted",
        }
    }
}
