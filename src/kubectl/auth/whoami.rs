//! `kubectl auth whoami`. Models `whoami.go`.

use crate::cli::command::Command;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::printers::{self, TabWriter};
use crate::client::Request;
use crate::kubectl::describe::plain;
use crate::{action, object};

pub const COMMAND: Command = Command::new("whoami", "Experimental: Check self subject attributes", action!(run))
    .long("Experimental: Check who you are and your attributes (groups, extra)")
    .examples("# Get your subject attributes\nkubectl auth whoami\n\n# Get your subject attributes in JSON format\nkubectl auth whoami -o json")
    .flags(&[flag_sets::PRINT]);

async fn run(f: &Factory) -> Result {
    let review = object! {
        "apiVersion" => "authentication.k8s.io/v1", "kind" => "SelfSubjectReview", "metadata" => object! {},
    };
    let review = f.send(Request::post("/apis/authentication.k8s.io/v1/selfsubjectreviews", review)).await?;
    if printers::has_output(f) {
        return printers::for_operation(f, "")?.typed().print(f, &review);
    }
    let info = review.at("status.userInfo");
    let mut table = TabWriter::table();
    table.write("ATTRIBUTE\tVALUE\n");
    for (title, field) in [("Username", "username"), ("UID", "uid"), ("Groups", "groups")] {
        if !info[field].is_empty() {
            table.write(&format!("{title}\t{}\n", plain(&info[field])));
        }
    }
    let mut extra: Vec<_> = info["extra"].fields().collect();
    extra.sort_by_key(|(key, _)| *key);
    for (key, values) in extra {
        table.write(&format!("Extra: {key}\t{}\n", plain(values)));
    }
    f.out(&table.flush());
    Ok(())
}
