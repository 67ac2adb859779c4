//! Trees: links, errors, owners.

use super::*;

const T: Time = Time(0);

#[test]
fn paths_are_normalized() {
    for (cwd, path, want) in
        [("/a", "b", "/a/b"), ("/a", "../..", "/"), ("/a", "/x//y/./z/", "/x/y/z"), ("/", ".", "/")]
    {
        assert_eq!(normalize(cwd, path), want);
    }
}

#[test]
fn clones_do_not_see_each_others_writes() {
    let mut a = Files::with([("/etc/x", "1")]);
    let b = a.clone();
    a.write("/etc/x", b"2", T).unwrap();
    assert_eq!(**b.read("/etc/x").unwrap(), *b"1");
    assert_eq!(**a.read("/etc/x").unwrap(), *b"2");
}

#[test]
fn links_are_followed_and_loops_end() {
    let mut f = Files::with([("/data/real/x", "1")]);
    f.symlink("real", "/data/alias", T).unwrap();
    f.symlink("loop", "/loop", T).unwrap();
    assert_eq!(**f.read("/data/alias/x").unwrap(), *b"1");
    f.write("/data/alias/y", b"2", T).unwrap();
    assert!(f.exists("/data/real/y"));
    assert_eq!(f.stat("/loop"), Err(FileError::Loop));
}

#[test]
fn errors_are_the_systems() {
    let mut f = Files::with([("/a/x", "1"), ("/b/y", "2")]);
    assert_eq!(f.write("/nosuch/x", b"", T), Err(FileError::NotFound));
    assert_eq!(f.write("/a", b"", T), Err(FileError::IsDirectory));
    assert_eq!(f.mkdir("/a", T), Err(FileError::Exists));
    assert_eq!(f.rename("/a", "/b", T), Err(FileError::NotEmpty));
    assert_eq!(f.rename("/a", "/a/c", T), Err(FileError::Invalid));
    assert_eq!(f.read("/a/x/z").unwrap_err(), FileError::NotDirectory);
    f.read_only = true;
    assert_eq!(f.remove("/a/x", T), Err(FileError::ReadOnly));
}

#[test]
fn others_may_do_what_the_mode_says() {
    let mut f = Files::with([("/etc/x", "1"), ("/home/u/y", "2")]);
    f.chmod("/etc/x", 0o640).unwrap();
    f.chown("/home/u", (1000, 2000)).unwrap();
    f.chmod("/home/u", 0o2775).unwrap();
    f.who = Who { uid: 1001, gid: 3000, groups: Rc::new(vec![2000]) };
    assert_eq!(f.read("/etc/x"), Err(FileError::Denied));
    assert_eq!(f.write("/etc/z", b"", T), Err(FileError::Denied));
    assert_eq!(f.write("/home/u/y", b"", T), Err(FileError::Denied));
    f.write("/home/u/z", b"", T).unwrap();
    assert_eq!(f.stat("/home/u/z").unwrap().owner, (1001, 2000), "the directory hands its group down");
    assert_eq!(f.chmod("/home/u/y", 0o777), Err(FileError::NotOwner));
    assert_eq!(f.rename("/home/u/z", "/etc/z", T), Err(FileError::Denied));
    assert!(f.exists("/home/u/z"), "what cannot be moved stays");
}
