//! The folder in which podman, buildah and CRI-O keep containers and images (containers/storage).
//!
//! podman has no daemon that could be asked; its files say the same.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::named::{Named, digest};

/// The largest file that is read: a thousand containers take a megabyte.
const MAX: u64 = 64 << 20;
/// `O_NONBLOCK`: a FIFO in place of a file must not stop us.
const NONBLOCK: i32 = 0o4000;

/// Files with containers: those of `--rm` and of transient storage have their own.
const CONTAINERS: [&str; 2] = ["containers.json", "volatile-containers.json"];
const IMAGES: &str = "images.json";

/// A storage.
#[derive(Clone, Debug)]
pub struct Storage {
    path: PathBuf,
}

/// A container's row.
#[derive(Deserialize)]
struct Container {
    id: String,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    image: String,
    /// JSON in itself.
    #[serde(default)]
    metadata: String,
}

/// What engines note of a container.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Metadata {
    image_name: String,
    name: String,
    pod_name: String,
}

/// An image's row.
#[derive(Deserialize)]
struct Image {
    id: String,
    #[serde(default)]
    digest: String,
    #[serde(default)]
    names: Vec<String>,
}

impl Storage {
    pub fn new(path: PathBuf) -> Storage {
        Storage { path }
    }

    pub fn named(&self, id: &str) -> Result<Named, Error> {
        for folder in self.folders("-containers")? {
            for file in CONTAINERS {
                let rows: Vec<Container> = read(&folder.join(file))?;
                if let Some(row) = rows.into_iter().find(|row| row.id == id) {
                    return Ok(self.told(row));
                }
            }
        }
        Err(Error::Unknown {
            place: self.path.clone(),
        })
    }

    /// The folders of the storage's drivers: `overlay-containers`, `vfs-containers`, …
    fn folders(&self, end: &str) -> Result<Vec<PathBuf>, Error> {
        let entries = std::fs::read_dir(&self.path);
        let entries = entries.map_err(|error| Error::unreachable(&self.path, error))?;
        let named = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.ends_with(end))
        };
        Ok(entries
            .flatten()
            .map(|entry| entry.path())
            .filter(named)
            .collect())
    }

    fn told(&self, row: Container) -> Named {
        let text = |text: String| Some(text).filter(|text| !text.is_empty());
        let metadata: Metadata = serde_json::from_str(&row.metadata).unwrap_or_default();
        let image = self.image(&row.image);
        let names = image
            .as_ref()
            .and_then(|image| image.names.first().cloned());
        Named {
            name: row.names.into_iter().find_map(text).or(text(metadata.name)),
            image: text(metadata.image_name).or(names),
            image_digest: image.and_then(|image| digest(&image.digest)),
            // CRI-O notes it; its socket says more.
            sandbox: text(metadata.pod_name).map(|_| false),
            ..Named::default()
        }
    }

    /// The row of an image; a name without its digest is better than none.
    fn image(&self, id: &str) -> Option<Image> {
        let folders = self.folders("-images").ok()?;
        folders.into_iter().find_map(|folder| {
            let rows: Vec<Image> = read(&folder.join(IMAGES)).ok()?;
            rows.into_iter().find(|row| row.id == id)
        })
    }
}

/// The rows of a file; none where there is no such file. Engines replace these files, so they are whole.
fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Error> {
    let text = match text(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text.map_err(|error| Error::unreachable(path, error))?,
    };
    serde_json::from_str(&text).map_err(|error| Error::unreachable(path, error))
}

fn text(path: &Path) -> io::Result<String> {
    let file: File = OpenOptions::new()
        .read(true)
        .custom_flags(NONBLOCK)
        .open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > MAX {
        return Err(io::Error::other("no file of a reasonable size"));
    }
    let mut text = String::new();
    file.take(MAX).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0";

    fn storage(name: &str, containers: &str, images: &str) -> Storage {
        let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        for (folder, file, text) in [
            ("overlay-containers", "containers.json", containers),
            ("overlay-images", IMAGES, images),
        ] {
            let folder = path.join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(file), text).unwrap();
        }
        Storage::new(path)
    }

    #[test]
    fn a_container_has_its_row_and_its_images_digest() {
        let sum = "ab".repeat(32);
        let containers = format!(
            r#"[{{"id":"{ID}","names":["web"],"image":"i1","metadata":"{{\"image-name\":\"docker.io/a:1\",\"name\":\"web\"}}"}}]"#
        );
        let images =
            format!(r#"[{{"id":"i1","digest":"sha256:{sum}","names":["docker.io/a:1"]}}]"#);
        let storage = storage("storage-row", &containers, &images);
        let named = storage.named(ID).unwrap();
        assert_eq!(named.name.as_deref(), Some("web"));
        assert_eq!(named.image.as_deref(), Some("docker.io/a:1"));
        assert_eq!(named.image_digest, Some(format!("sha256:{sum}")));
        let other = storage.named("77").unwrap_err();
        assert!(matches!(other, Error::Unknown { .. }), "{other}");
        std::fs::remove_dir_all(storage.path).unwrap();
    }

    #[test]
    fn files_that_are_damaged_or_none_are_named() {
        let damaged = storage("storage-damaged", "[{\"id\":", "");
        let error = damaged.named(ID).unwrap_err().to_string();
        assert!(error.contains("containers.json: EOF"), "{error}");
        let file = damaged.path.join("overlay-containers/containers.json");
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        let error = damaged.named(ID).unwrap_err().to_string();
        assert!(error.contains("no file of a reasonable size"), "{error}");
        std::fs::remove_dir_all(&damaged.path).unwrap();
        let error = damaged.named(ID).unwrap_err();
        assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    }
}
