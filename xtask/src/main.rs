//! The project's own commands: `cargo xtask serve|test|dist|bench`.
fn main() {
    eprintln!("xtask: not written yet");
    std::process::exit(2);
}
