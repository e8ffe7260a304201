// build.rs - tells the program which versions of its peers it was built with.
// SPDX-License-Identifier: MIT OR Apache-2.0
use std::{env, fs, path::Path};

fn main() {
    let lock = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap()).join("Cargo.lock");
    println!("cargo:rerun-if-changed={}", lock.display());
    let text = fs::read_to_string(lock).unwrap_or_default();
    for (package, variable) in [
        ("crossbeam-channel", "VERSION_CHANNEL"),
        ("crossbeam-queue", "VERSION_QUEUE"),
        ("crossbeam-deque", "VERSION_DEQUE"),
        ("crossbeam-utils", "VERSION_UTILS"),
        ("rayon", "VERSION_RAYON"),
        ("tokio", "VERSION_TOKIO"),
    ] {
        println!("cargo:rustc-env={}={} {}", variable, package, version_of(&text, package));
    }
}

/// The version that follows `name = "package"` in a lock file.
fn version_of(lock: &str, package: &str) -> String {
    let name = format!("name = \"{}\"\n", package);
    lock.split("[[package]]\n")
        .filter(|part| part.starts_with(&name))
        .find_map(|part| part.split("version = \"").nth(1)?.split('"').next())
        .unwrap_or("unknown")
        .to_string()
}
