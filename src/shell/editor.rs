//! `vi`, `nano` and their kin: they open the page's editor and end when it is closed.

use crate::cli::Context;
use crate::cli::system::Out;
use crate::sim::clock::Yield;

/// The programs that stand for the page's editor.
pub const NAMES: [&str; 5] = ["code", "emacs", "nano", "vi", "vim"];

/// True where a command line names an editor.
pub fn is_editor(argv: &[String]) -> bool {
    argv.first().and_then(|path| path.rsplit('/').next()).is_some_and(|name| NAMES.contains(&name))
}

/// Opens the files one after another; `+LINE` and options are left out.
pub async fn edit(ctx: Context, argv: Vec<String>) -> i32 {
    let name = argv.first().map_or("vi", String::as_str);
    let fail = |text: &str| {
        // A closed standard error has nobody to tell.
        let _ = ctx.system.write(Out::Stderr, format!("{name}: {text}\n").as_bytes());
        1
    };
    let files: Vec<&String> = argv.iter().skip(1).filter(|a| !a.starts_with(['-', '+'])).collect();
    if files.is_empty() {
        return fail("name a file to edit");
    }
    for file in files {
        if ctx.system.is_dir(file) {
            return fail(&format!("{file} is a directory"));
        }
        let Some(editor) = ctx.system.edit(file) else { return fail("there is no screen to edit on") };
        while !ctx.system.edit_done(editor) {
            Yield::default().await;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_are_known_by_their_name_alone() {
        let is = |program: &str| is_editor(&[program.to_owned(), "a.yaml".to_owned()]);
        assert!(is("vi") && is("/usr/bin/nano") && !is("kubectl") && !is_editor(&[]));
    }
}
